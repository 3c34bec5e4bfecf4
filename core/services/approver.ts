import { token } from "../plugin/token.ts";
import type { Call } from "../plugin/call.ts";
import type { FileChanges, ParsedCommand, ReviewDecision } from "../protocol/approval.ts";

/** A command or patch that needs a person's yes. */
export type ApprovalRequest = ApprovalSubject & {
  readonly conversationId: string;
  /** `id` of the event that announced the question. */
  readonly eventId: string;
  /** The tool call's id as the model gave it. */
  readonly callId: string;
  readonly reason?: string;
};

type ApprovalSubject =
  | {
      readonly kind: "exec";
      readonly command: readonly string[];
      readonly cwd: string;
      readonly parsedCommand: readonly ParsedCommand[];
    }
  | { readonly kind: "patch"; readonly changes: FileChanges; readonly grantRoot?: string };

/** What came of asking. */
export interface ApprovalAnswer {
  readonly decision: ReviewDecision;
  /** The person's own words, told to the model with a denial. */
  readonly note?: string;
  /** Set when no person decided: why the configured answer was given instead. */
  readonly unasked?: string;
}

/** Asks a person whether a command or patch may go ahead. Never rejects: no answer is a denial. */
export interface Approver {
  /** Resolves when answered, timed out, or when `signal` withdraws the question. */
  decide(request: ApprovalRequest, call: Call, signal: AbortSignal): Promise<ApprovalAnswer>;
}

export const Approver = token<Approver>("approver");
