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
import { Job } from "./job.ts";
import { Listeners } from "./listeners.ts";
import { notifyCompleted } from "./notify.ts";
import { TurnDiff } from "./patch/turn-diff.ts";
import type { Surroundings } from "./surroundings.ts";
import { runCompaction } from "./turn/compaction.ts";
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
  readonly #waiting: Job[] = [];
  #running: Job | undefined;
  #work: Promise<void> | undefined;
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
      this.#emit(this.#running?.id ?? "", { type: "background_event", message });
    });
    surroundings.residents.idle(this);
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
    return this.#running !== undefined || this.#waiting.length > 0;
  }

  submit(submission: Submission): Task {
    return this.#enter(new Job(submission.id ?? this.#takeId(), submission));
  }

  compact(): Task {
    const nobody = { items: [], approve: () => Promise.reject(new Error("nobody to ask")) };
    return this.#enter(new Job(this.#takeId(), nobody, "compaction"));
  }

  #enter(job: Job): Task {
    const host = this.#next;
    if (job.joins && host?.joinable === true) {
      job.host = host;
      host.inbox.join(job);
    } else {
      this.#waiting.push(job);
    }
    job.signal.addEventListener("abort", () => this.#withdraw(job), { once: true });
    if (job.signal.aborted) queueMicrotask(() => this.#withdraw(job));
    if (this.#closed) queueMicrotask(() => job.abort());
    this.#work ??= this.#workOff();
    return { id: job.id, outcome: job.outcome };
  }

  async interrupt(): Promise<boolean> {
    // An interrupt is a submission too: the numbers of later ones show it.
    this.#takeId();
    const job = this.#next;
    if (job === undefined) return false;
    job.abort();
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
    this.#running?.abort();
    await this.#work;
    await this.#session.toolkit.close();
    await this.#session.recorder.release();
  }

  /** The first in line counts as running: its start is only a moment away. */
  get #next(): Job | undefined {
    return this.#running ?? this.#waiting[0];
  }

  /** Works the waiting submissions off; the only place that runs a task. Never rejects. */
  async #workOff(): Promise<void> {
    this.#surroundings.residents.busy(this);
    // Whoever submits knows the task's id before its first event comes.
    await Promise.resolve();
    for (let job = this.#waiting.shift(); job !== undefined; job = this.#waiting.shift()) {
      this.#running = job;
      const outcome = this.#closed ? await this.#keep(job) : await this.#run(job);
      this.#running = undefined;
      this.#settle(job, outcome);
    }
    this.#work = undefined;
    if (!this.#closed) this.#surroundings.residents.idle(this);
  }

  async #run(job: Job): Promise<TaskOutcome> {
    if (job.signal.aborted) return this.#abandon(job);
    const problem = (await this.#wake()) ?? (await this.#turnOver(job));
    if (job.signal.aborted) return this.#abandon(job);
    if (problem !== undefined) return this.#refuse(job, problem);
    const task = this.#contextOf(job);
    const outcome = await (job.kind === "turn" ? runTask(task, job.items) : runCompaction(task));
    if (outcome.status === "completed" && job.kind === "turn") {
      const said = [job, ...job.inbox.heard].flatMap(({ items }) => items);
      notifyCompleted(this.#session, said, { ...outcome, turnId: job.id });
    }
    // The system has every line; that the disk has them too is not waited for.
    void this.#session.recorder.rest();
    return outcome;
  }

  /** Those that joined in time share the outcome; those that came too late have their own turn. */
  #settle(job: Job, outcome: TaskOutcome): void {
    const late = job.inbox.takeBack();
    for (const one of late) one.host = undefined;
    this.#waiting.unshift(...late);
    job.end(outcome);
    for (const one of job.inbox.heard) one.end(outcome);
  }

  /** Reads an unloaded history back; resolves with what prevents it. */
  async #wake(): Promise<string | undefined> {
    if (this.#session.history.loaded) return undefined;
    try {
      const { reload } = await import("./resume.ts");
      await reload(this.#session);
      return undefined;
    } catch (error) {
      return errorMessage(error);
    }
  }

  /** Makes what the submission wants different the rule; resolves with what prevents it. */
  async #turnOver({ submission, signal }: Job): Promise<string | undefined> {
    const { overrides } = submission;
    if (overrides === undefined) return undefined;
    try {
      const { overridden } = await import("./overrides.ts");
      const asked = { overrides, signal };
      this.#session = await overridden(this.#surroundings, this.#session, asked);
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

  /** A submission that is taken back before its turn ends at once; later, it ends the task. */
  #withdraw(job: Job): void {
    const at = this.#waiting.indexOf(job);
    if (at !== -1) {
      this.#waiting.splice(at, 1);
      this.#settle(job, this.#abandon(job));
    } else if (job.host?.inbox.withdraw(job) === true) {
      job.end(interrupted);
    } else {
      job.host?.abort();
    }
  }

  #abandon(job: Job): TaskOutcome {
    this.#emit(job.id, { type: "turn_aborted", reason: "interrupted" });
    return interrupted;
  }

  /** The conversation ends before it was its turn: its words are there for whoever resumes. */
  async #keep(job: Job): Promise<TaskOutcome> {
    if (job.items.length > 0 && !job.signal.aborted && (await this.#wake()) === undefined) {
      await takeInput(this.#session, job.items);
    }
    return this.#abandon(job);
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
      interrupt: () => job.abort(),
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

const interrupted: TaskOutcome = { status: "aborted", reason: "interrupted" };

function withoutInitialMessages(event: ConversationEvent): ConversationEvent {
  if (event.msg.type !== "session_configured") return event;
  const { initial_messages: _, ...msg } = event.msg;
  return { ...event, msg };
}
