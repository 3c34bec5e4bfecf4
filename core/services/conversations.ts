import { token } from "../plugin/token.ts";
import type { JsonObject } from "../json.ts";
import type { Answer, Question } from "../plugin/call.ts";
import type { ConversationEvent } from "../protocol/events/index.ts";
import type { InputItem } from "../protocol/items.ts";
import type { ApprovalPolicy, SandboxMode } from "../protocol/policy.ts";
import type { ApprovalAnswer, ApprovalRequest } from "./approver.ts";

/** Starts and finds conversations with the agent; implemented by the engine. */
export interface Conversations {
  /** Rejects with `ConversationError`; nothing is left behind then. */
  start(request: ConversationRequest, signal?: AbortSignal): Promise<Conversation>;
  /** A conversation of this process, by its id in lower case. */
  find(id: string): Conversation | undefined;
}

/** How a conversation shall be; what is absent comes from the settings. */
export interface ConversationRequest {
  /** Working folder; a relative one is relative to the server's. */
  readonly cwd?: string;
  readonly model?: string;
  readonly modelProvider?: string;
  readonly profile?: string;
  readonly approvalPolicy?: ApprovalPolicy;
  readonly sandbox?: SandboxMode;
  /** Overrides of `config.toml`, dotted keys allowed. */
  readonly config?: JsonObject;
  readonly baseInstructions?: string;
  readonly developerInstructions?: string;
  readonly compactPrompt?: string;
  readonly includePlanTool?: boolean;
  readonly includeApplyPatchTool?: boolean;
  /** Who asks, for the user agent of model requests: the MCP client. */
  readonly client?: { readonly name: string; readonly version: string };
}

/** One conversation. At most one task runs at a time; events keep their order. */
export interface Conversation {
  /** A UUID in lower case. */
  readonly id: string;
  readonly model: string;
  readonly cwd: string;
  /** `session_configured` and, after it, what went wrong while starting; all with id "". */
  readonly startEvents: readonly ConversationEvent[];
  /** True while a task runs or waits. */
  readonly busy: boolean;
  /** Hands in a message; its task starts when the ones before it have ended. */
  submit(submission: Submission): Task;
  /** Ends the running task; resolves true when it has ended, false at once when none runs. */
  interrupt(): Promise<boolean>;
  /** Calls back for every event from now on, in order, until the returned function is called. */
  subscribe(subscriber: Subscriber): () => void;
}

/** One message to the agent. */
export interface Submission {
  readonly items: readonly InputItem[];
  /** Id of the task's events; absent: the conversation's next number. */
  readonly id?: string;
  /** Asked for each command or patch that needs a yes; aborted signal = the task has ended. */
  readonly approve: (request: ApprovalRequest, signal: AbortSignal) => Promise<ApprovalAnswer>;
  /** Puts other questions to the person; absent: nobody can be asked. Never rejects. */
  readonly ask?: (question: Question) => Promise<Answer>;
  /** Ends this task, running or waiting. */
  readonly signal?: AbortSignal;
}

/** A submission at work. */
export interface Task {
  readonly id: string;
  /** Never rejects; resolves after the task's last event was delivered. */
  readonly outcome: Promise<TaskOutcome>;
}

export type TaskOutcome =
  | { readonly status: "completed"; readonly lastAgentMessage: string | null }
  | { readonly status: "failed"; readonly message: string }
  | { readonly status: "aborted"; readonly reason: "interrupted" | "replaced" };

export interface Subscriber {
  event(event: ConversationEvent): void;
  /** As `Client.ready`: a promise pauses the sources of events (model stream, command output). */
  ready?(): Promise<void> | undefined;
}

export const Conversations = token<Conversations>("conversations");
