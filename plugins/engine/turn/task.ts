import type {
  Answer,
  ApprovalAnswer,
  ApprovalRequest,
  ConversationRequest,
  Question as FormQuestion,
  EventMsg,
  Log,
  Model,
  ModelTool,
  SettingsTree,
  TurnOverrides,
} from "../../../core/index.ts";
import type { TurnDiff } from "../patch/turn-diff.ts";
import type { Recorder } from "../rollout/recorder.ts";
import type { Sandbox } from "../sandbox/index.ts";
import type { EngineSettings } from "../settings.ts";
import type { Approvals } from "../tools/approvals.ts";
import type { Toolkit } from "../tools/toolkit.ts";
import type { History } from "./history.ts";
import type { Inbox } from "./inbox.ts";
import type { Usage } from "./usage.ts";

/** How the agent goes about its work; a turn may come with another one. */
export interface Stance {
  readonly cwd: string;
  readonly settings: EngineSettings;
  readonly model: Model;
  /** Tokens; `undefined` when nobody knows. */
  readonly contextWindow: number | undefined;
  readonly instructions: string;
  readonly tools: readonly ModelTool[];
}

/** What a conversation was made from. */
export interface Origin {
  readonly request: ConversationRequest;
  readonly tree: SettingsTree;
  /** What turns made different from the request, all of it. */
  readonly overrides: TurnOverrides;
  /** In place of our own instructions, whatever the model. */
  readonly baseInstructions: string | undefined;
}

/** What all tasks of one conversation share; never changes while one runs. */
export interface Session extends Stance {
  /** The conversation's id. */
  readonly id: string;
  readonly origin: Origin;
  /** Those tools that plugins added. */
  readonly toolkit: Toolkit;
  readonly history: History;
  readonly usage: Usage;
  readonly approvals: Approvals;
  readonly sandbox: Sandbox;
  /** What the person was told once and need not hear again. */
  readonly told: Set<string>;
  readonly recorder: Recorder;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
}

/** One submission at work: what the turn loop and the tools see of their conversation. */
export interface TaskContext {
  /** Id of its events. */
  readonly id: string;
  readonly session: Session;
  /** Aborted when the task is interrupted, and when it has ended. */
  readonly signal: AbortSignal;
  readonly diff: TurnDiff;
  readonly inbox: Inbox;
  readonly emit: (msg: EventMsg) => void;
  /** A promise pauses the source of events; it may outlast the task, so wait with the signal. */
  readonly ready: () => Promise<void> | undefined;
  /** Puts a question to the person; never rejects, an ended task counts as `abort`. */
  readonly approve: (question: Question) => Promise<ApprovalAnswer>;
  /** Puts any other question to the person, as a form; never rejects. */
  readonly ask: (question: FormQuestion) => Promise<Answer>;
  /** Ends the task as an interrupt does. */
  readonly interrupt: () => void;
  /** The same task under another id, by default the next one for what happens by itself. */
  readonly beside: (id?: string) => TaskContext;
}

type Distribute<T> = T extends unknown ? Omit<T, "conversationId" | "eventId"> : never;

/** An approval request as a tool words it; the conversation adds who asks. */
export type Question = Distribute<ApprovalRequest>;
