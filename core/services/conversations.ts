import { token } from "../plugin/token.ts";
import type { JsonObject } from "../json.ts";
import type { Answer, Question } from "../plugin/call.ts";
import type { ConversationEvent } from "../protocol/events/index.ts";
import type { InputItem } from "../protocol/items.ts";
import type {
  ApprovalPolicy,
  ReasoningEffort,
  ReasoningSummary,
  SandboxMode,
  SandboxPolicy,
} from "../protocol/policy.ts";
import type { ApprovalAnswer, ApprovalRequest } from "./approver.ts";

/** Starts, finds and resumes conversations with the agent; implemented by the engine. */
export interface Conversations {
  /** Rejects with `ConversationError`; nothing is left behind then. */
  start(request: ConversationRequest, signal?: AbortSignal): Promise<Conversation>;
  /** A conversation of this process, by its id in lower case; `resume` also looks on the disk. */
  find(id: string): Conversation | undefined;
  /**
   * Continues a conversation from its record. One that lives in this process is returned as it is,
   * or ended and opened anew when the request says anything about how it shall be. Rejects with
   * `ConversationError`, of kind `missing` when there is no record.
   */
  resume(request: ResumeRequest, signal?: AbortSignal): Promise<Conversation>;
  /** Calls back with every conversation that is started or resumed from now on, before its tasks. */
  watch(opened: (conversation: Conversation) => void): () => void;
  /**
   * What a list would show of one record, by id or else by path; said or not. Rejects with
   * `ConversationError`, of kind `missing` when there is none.
   */
  summary(
    record: { readonly id: string } | { readonly path: string },
  ): Promise<ConversationSummary>;
  /** The events that a record keeps, in order and as they stand there. */
  recorded(record: { readonly path: string }): Promise<readonly RecordedEvent[]>;
  /** The conversations on the disk, newest first. */
  list(page?: PageRequest): Promise<ConversationPage>;
  /**
   * Ends a conversation and moves its record out of the list. Rejects with `ConversationError`, of
   * kind `request` when id and path do not name one conversation of this home.
   */
  archive(record: { readonly id: string; readonly path: string }): Promise<void>;
  /** Adds a line to the person's message history, unless the settings turn it off. */
  addToHistory(entry: { readonly conversationId: string; readonly text: string }): Promise<void>;
  /** One line of the history, counted from 0; absent when the log is another one by now. */
  historyEntry(at: { logId: number; offset: number }): Promise<HistoryEntry | undefined>;
}

/** Which conversation, and what shall be different; the rest is as it was, cwd included. */
export interface ResumeRequest extends ConversationRequest {
  /** The conversation's id; or else `path`. */
  readonly id?: string;
  /** Its record; a relative path is relative to the server's folder. */
  readonly path?: string;
}

export interface PageRequest {
  /** How many at most; 25 unless given. */
  readonly size?: number;
  /** `next` of the page before; one that cannot be read counts as absent. */
  readonly cursor?: string;
  /** Only records that come from one of these, or do not say where they come from. */
  readonly sources?: readonly string[];
}

export interface ConversationPage {
  readonly items: readonly ConversationSummary[];
  /** There unless no record was looked at; the page behind it may be empty. */
  readonly next?: string;
}

export interface ConversationSummary {
  readonly id: string;
  readonly path: string;
  /** The person's first words, whole. */
  readonly preview: string;
  /** When it began: ISO 8601, UTC. */
  readonly timestamp?: string;
  /** Absent where the record does not say. */
  readonly modelProvider?: string;
}

export interface HistoryEntry {
  readonly conversationId: string;
  /** Seconds since 1970. */
  readonly ts: number;
  readonly text: string;
}

/** How a conversation shall be; what is absent comes from the settings. */
export interface ConversationRequest {
  /** Working folder; a relative one is relative to the server's. */
  readonly cwd?: string;
  /** The folder need not be there yet. */
  readonly anyCwd?: boolean;
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
  /** Its record on the disk: an absolute path. */
  readonly path: string;
  /** Model, effort and folder as the last turn that changed them left them. */
  readonly model: string;
  readonly effort: ReasoningEffort | undefined;
  readonly cwd: string;
  /** `session_configured` and, after it, what went wrong while starting; all with id "". */
  readonly startEvents: readonly ConversationEvent[];
  /** True while a task runs or waits. */
  readonly busy: boolean;
  /**
   * Hands in a message. Its task starts when the ones before it have ended, unless it may join the
   * running one: then it is that one's task, with its events and its outcome, which sees the message
   * with its next request. A message that came too late for that has the next task. After an
   * interrupt a joined message is in the history, and starts nothing.
   */
  submit(submission: Submission): Task;
  /**
   * Has the conversation so far summed up, to make room in the model's context: between two requests
   * of the running task, whose outcome it then has, or as a task of its own.
   */
  compact(): Task;
  /** Ends the running task; resolves true when it has ended, false at once when none runs. */
  interrupt(): Promise<boolean>;
  /** Calls back for every event from now on, in order, until the returned function is called. */
  subscribe(subscriber: Subscriber): () => void;
}

/** An event of a record, which may be of another program. */
export type RecordedEvent = JsonObject & { readonly type: string };

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
  /**
   * Join the running task, if there is one that can still take it; `overrides` never join. `signal`
   * takes the message back until it was seen, and ends the task from then on.
   */
  readonly join?: boolean;
  /** What is different from this message on, later ones included. */
  readonly overrides?: TurnOverrides;
}

/** Changes of a conversation that lives; a value that cannot be had fails the task by name. */
export interface TurnOverrides {
  /** Absolute, or relative to the server's folder. */
  readonly cwd?: string;
  readonly approvalPolicy?: ApprovalPolicy;
  readonly sandboxPolicy?: SandboxPolicy;
  readonly model?: string;
  /** Null: as the model does by itself. */
  readonly effort?: ReasoningEffort | null;
  readonly summary?: ReasoningSummary;
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
