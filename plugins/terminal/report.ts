import type { ConversationEvent, TokenUsage } from "../../core/index.ts";
import type { Decision } from "./ask.ts";
import type { TurnAnswer } from "./client.ts";

/** Shows a turn: to a person (`TerminalReport`) or to a program (`JsonReport`). */
export interface Report {
  event(event: ConversationEvent): void;
  /** A question, before it is decided. */
  question(message: string): void;
  decided(message: string, decision: Decision): void;
  /** A line of the server's log, or of ours. */
  log(line: string): void;
  end(end: TurnEnd): void;
}

/** How the turn ended. */
export interface TurnEnd {
  /** Absent when there was no answer. */
  readonly answer: TurnAnswer | undefined;
  /** Why there was no answer. */
  readonly failure: string | undefined;
  readonly ms: number;
  readonly usage: TokenUsage | undefined;
}

/** The exit code that tells of this end. */
export function exitCode({ answer }: TurnEnd): number {
  return answer === undefined || answer.isError ? 1 : 0;
}
