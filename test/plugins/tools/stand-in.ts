import { ConversationError } from "../../../core/index.ts";
import type {
  ApprovalAnswer,
  ApprovalRequest,
  Conversation,
  ConversationEvent,
  ConversationPage,
  ConversationRequest,
  Conversations,
  EventMsg,
  ConversationSummary,
  RecordedEvent,
  ResumeRequest,
  Submission,
  Subscriber,
  TaskOutcome,
} from "../../../core/index.ts";

/** A conversation that a test drives: it emits what it is told, and ends turns when told. */
export class StandInConversation implements Conversation {
  readonly id: string;
  readonly model = "stand-in";
  readonly effort = undefined;
  readonly path = "/rollout-stand-in.jsonl";
  readonly cwd = "/";
  readonly startEvents: readonly ConversationEvent[];
  readonly submissions: Submission[] = [];
  readonly subscribers = new Set<Subscriber>();
  readonly #ends: ((outcome: TaskOutcome) => void)[] = [];
  readonly #ids: string[] = [];
  #number = 0;
  /** Emitted from within the next `submit`, before it returns. */
  eager: EventMsg[] = [];

  constructor(id: string) {
    this.id = id;
    this.startEvents = [{ id: "", msg: configured(id) }];
  }

  get busy(): boolean {
    return this.#ends.length > 0;
  }

  submit(submission: Submission) {
    const id = submission.id ?? String(this.#number++);
    this.submissions.push(submission);
    for (const msg of this.eager) this.emit(id, msg);
    this.#ids.push(id);
    const outcome = new Promise<TaskOutcome>((resolve) => this.#ends.push(resolve));
    return { id, outcome };
  }

  compact() {
    return this.submit({ items: [], approve: () => Promise.reject(new Error("nobody to ask")) });
  }

  interrupt(): Promise<boolean> {
    return Promise.resolve(false);
  }

  subscribe(subscriber: Subscriber): () => void {
    this.subscribers.add(subscriber);
    return () => this.subscribers.delete(subscriber);
  }

  emit(id: string, msg: EventMsg): void {
    for (const subscriber of this.subscribers) subscriber.event({ id, msg });
  }

  /** Ends the oldest turn, with the event that says so. */
  end(outcome: TaskOutcome): void {
    const id = this.#ids.shift() ?? "none";
    if (outcome.status === "aborted")
      this.emit(id, { type: "turn_aborted", reason: outcome.reason });
    else if (outcome.status === "failed") {
      this.emit(id, { type: "error", message: outcome.message });
      this.emit(id, { type: "task_complete", last_agent_message: null });
    } else this.emit(id, { type: "task_complete", last_agent_message: outcome.lastAgentMessage });
    this.#ends.shift()?.(outcome);
  }

  /** Ends the newest turn without an event, as one that never began. */
  drop(): void {
    this.#ids.pop();
    this.#ends.pop()?.({ status: "aborted", reason: "interrupted" });
  }

  say(text: string): void {
    this.end({ status: "completed", lastAgentMessage: text });
  }

  ask(request: Partial<ApprovalRequest> = {}): Promise<ApprovalAnswer> {
    const signal = new AbortController().signal;
    const submission = this.submissions.at(-1);
    if (submission === undefined) throw new Error("nothing was submitted");
    return submission.approve({ ...question, ...request } as ApprovalRequest, signal);
  }
}

const question: ApprovalRequest = {
  kind: "exec",
  conversationId: "x",
  eventId: "7",
  callId: "call_1",
  command: ["true"],
  cwd: "/",
  parsedCommand: [],
};

/** Conversations with the ids 00…01, 00…02 and so on; `refuse` is thrown by the next start. */
export class StandInConversations implements Conversations {
  readonly requests: ConversationRequest[] = [];
  readonly made: StandInConversation[] = [];
  refuse: unknown;

  start(request: ConversationRequest): Promise<StandInConversation> {
    this.requests.push(request);
    if (this.refuse !== undefined) return Promise.reject(this.refuse);
    const conversation = new StandInConversation(uuid(this.made.length + 1));
    this.made.push(conversation);
    for (const opened of this.#watchers) opened(conversation);
    return Promise.resolve(conversation);
  }

  find(id: string): StandInConversation | undefined {
    return this.made.find((one) => one.id === id);
  }

  /** Conversations that only lie on the disk, by id; an error is what comes of resuming them. */
  readonly stored = new Map<string, StandInConversation | Error>();

  resume({ id = "" }: ResumeRequest): Promise<StandInConversation> {
    const found = this.stored.get(id) ?? new ConversationError("missing", "nothing on the disk");
    return found instanceof StandInConversation ? Promise.resolve(found) : Promise.reject(found);
  }

  readonly #watchers = new Set<(conversation: Conversation) => void>();

  watch(opened: (conversation: Conversation) => void): () => void {
    this.#watchers.add(opened);
    return () => void this.#watchers.delete(opened);
  }

  recorded(): Promise<RecordedEvent[]> {
    return Promise.resolve([]);
  }

  summary(): Promise<ConversationSummary> {
    return Promise.reject(new ConversationError("missing", "nothing on the disk"));
  }

  list(): Promise<ConversationPage> {
    return Promise.resolve({ items: [] });
  }

  archive(): Promise<void> {
    return Promise.resolve();
  }

  addToHistory(): Promise<void> {
    return Promise.resolve();
  }

  historyEntry(): Promise<undefined> {
    return Promise.resolve(undefined);
  }
}

export function uuid(n: number): string {
  return `0199ab00-0000-7000-8000-${String(n).padStart(12, "0")}`;
}

function configured(id: string): EventMsg {
  return {
    type: "session_configured",
    session_id: id,
    model: "stand-in",
    history_log_id: 0,
    history_entry_count: 0,
    rollout_path: "/rollout",
  };
}
