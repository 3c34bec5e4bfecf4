import type {
  Conversation,
  ConversationEvent,
  EventMsg,
  Submission,
  Subscriber,
  Task,
  TaskOutcome,
} from "../../core/index.ts";
import { errorMessage } from "../../core/index.ts";
import { JobLine } from "./job-line.ts";
import { Job } from "./job.ts";
import { Listeners } from "./listeners.ts";
import { notifyCompleted } from "./notify.ts";
import { TurnDiff } from "./patch/turn-diff.ts";
import { prepared } from "./prepare-turn.ts";
import type { Surroundings } from "./surroundings.ts";
import { runCompaction } from "./turn/compaction.ts";
import { abort } from "./turn/ending.ts";
import { takeInput } from "./turn/input.ts";
import { runTask } from "./turn/loop.ts";
import type { Session, TaskContext } from "./turn/task.ts";

/** One conversation: submissions in, in order; events out, in order; one task at a time. */
export class LiveConversation implements Conversation {
  readonly id: string;
  readonly #surroundings: Surroundings;
  readonly #listeners: Listeners;
  #session: Session;
  #startEvents: readonly ConversationEvent[];
  readonly #line: JobLine;
  #closed = false;
  #nextId = 0;
  #inlineCompactions = 0;

  constructor(
    session: Session,
    startEvents: readonly ConversationEvent[],
    surroundings: Surroundings,
  ) {
    this.id = session.id;
    this.#session = session;
    this.#startEvents = startEvents;
    this.#surroundings = surroundings;
    this.#listeners = new Listeners(session.log, session.id);
    session.recorder.onTrouble((message) => {
      this.#emit(this.#line.running?.id ?? "", { type: "background_event", message });
    });
    const { residents } = surroundings;
    this.#line = new JobLine({
      run: (job) => (this.#closed ? this.#keep(job) : this.#run(job)),
      abandon: (job) => this.#abandon(job),
      begins: () => residents.busy(this),
      rests: () => {
        if (!this.#closed) residents.idle(this);
      },
    });
    residents.idle(this);
  }

  get startEvents(): readonly ConversationEvent[] {
    return this.#startEvents;
  }

  get model(): string {
    return this.#session.model.name;
  }

  get effort() {
    return this.#session.settings.effort;
  }

  get cwd(): string {
    return this.#session.cwd;
  }

  get path(): string {
    return this.#session.recorder.path;
  }

  get busy(): boolean {
    return this.#line.first !== undefined;
  }

  submit(submission: Submission): Task {
    return this.#enter(new Job(submission.id ?? this.#takeId(), submission));
  }

  compact(): Task {
    const nobody = { items: [], approve: () => Promise.reject(new Error("nobody to ask")) };
    return this.#enter(new Job(this.#takeId(), nobody, "compaction"));
  }

  #enter(job: Job): Task {
    if (this.#closed) job.abort();
    // What begins at once is in the record in a moment; the rest shall survive a crash, too.
    else if (this.busy && job.items.length > 0) job.waits(this.#session.recorder.wait(job.items));
    this.#line.enter(job);
    return { id: job.id, outcome: job.outcome };
  }

  async interrupt(): Promise<boolean> {
    // An interrupt is a submission too: the numbers of later ones show it.
    this.#takeId();
    const job = this.#line.first;
    if (job === undefined) return false;
    job.interrupt();
    await job.outcome;
    return true;
  }

  subscribe(subscriber: Subscriber): () => void {
    return this.#listeners.add(subscriber);
  }

  /**
   * Leaves the memory to others until the next task; the record has everything. Subscribers stay.
   * Does nothing while there is work.
   */
  unload(): void {
    if (this.busy || !this.#session.history.loaded) return;
    this.#session.history.unload();
    this.#startEvents = this.#startEvents.map(withoutInitialMessages);
    // Nobody waits for the disk: what is written is safe from everything but a loss of power.
    void this.#session.recorder.release();
  }

  /** Ends every task, running or waiting, and the record; later submissions end at once. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#surroundings.residents.busy(this);
    this.#line.running?.interrupt();
    await this.#line.empty();
    await this.#session.toolkit.close();
    await this.#session.recorder.release();
  }

  async #run(job: Job): Promise<TaskOutcome> {
    if (job.signal.aborted) return this.#keep(job);
    const problem = await this.#prepare(job);
    if (job.signal.aborted) return this.#keep(job);
    if (problem !== undefined) return this.#refuse(job, problem);
    const task = this.#contextOf(job);
    const outcome = await (job.kind === "turn" ? runTask(task, job) : runCompaction(task));
    if (outcome.status === "completed" && job.kind === "turn") {
      const said = [job, ...job.inbox.heard].flatMap(({ items }) => items);
      notifyCompleted(this.#session, said, { ...outcome, turnId: job.id });
    }
    // The system has every line; that the disk has them too is not waited for.
    void this.#session.recorder.rest();
    return outcome;
  }

  /** Resolves with what prevents the turn. */
  async #prepare(job: Job): Promise<string | undefined> {
    try {
      this.#session = await prepared(this.#surroundings, this.#session, job);
      return undefined;
    } catch (error) {
      return errorMessage(error);
    }
  }

  #refuse(job: Job, message: string): TaskOutcome {
    this.#emit(job.id, { type: "error", message });
    this.#emit(job.id, { type: "task_complete", last_agent_message: null });
    return { status: "failed", message };
  }

  #abandon(job: Job): TaskOutcome {
    this.#emit(job.id, { type: "turn_aborted", reason: "interrupted" });
    return { status: "aborted", reason: "interrupted" };
  }

  /** It ends before its turn began: unless it was taken back, its words are there for the next one. */
  async #keep(job: Job): Promise<TaskOutcome> {
    const takenBack = job.signal.aborted && !job.interrupted;
    if (takenBack || job.items.length === 0) return this.#abandon(job);
    // What it wanted different may be refused; what it says is kept all the same.
    await this.#prepare(job);
    if (!this.#session.history.loaded) return this.#abandon(job);
    await takeInput(this.#session, job);
    return abort(this.#contextOf(job));
  }

  /** The side of the conversation that its task sees. */
  #contextOf(job: Job, id = job.id): TaskContext {
    const session = this.#session;
    return {
      id,
      session,
      signal: job.signal,
      diff: new TurnDiff(),
      inbox: job.inbox,
      emit: (msg) => this.#emit(id, msg),
      ready: () => this.#listeners.ready(),
      approve: async (question) => {
        const answer = await job.approve(question, { conversationId: this.id, log: session.log });
        // An answer is a submission too.
        if (!job.signal.aborted) this.#takeId();
        return answer;
      },
      ask: (question) => job.ask(question),
      interrupt: () => job.interrupt(),
      beside: (other = this.#takeInlineId()) => this.#contextOf(job, other),
    };
  }

  /** Recorded first: what anybody heard of must be there after a crash. */
  #emit(id: string, msg: EventMsg): void {
    this.#session.recorder.event(msg);
    this.#listeners.tell({ id, msg });
  }

  #takeInlineId(): string {
    const id = `auto-compact-${this.#inlineCompactions}`;
    this.#inlineCompactions += 1;
    return id;
  }

  /** Counted from 0 per conversation: submissions without an id, approval answers, interrupts. */
  #takeId(): string {
    const id = this.#nextId;
    this.#nextId += 1;
    return String(id);
  }
}

function withoutInitialMessages(event: ConversationEvent): ConversationEvent {
  if (event.msg.type !== "session_configured") return event;
  const { initial_messages: _, ...msg } = event.msg;
  return { ...event, msg };
}
