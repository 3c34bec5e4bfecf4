import type {
  Answer,
  ApprovalAnswer,
  Conversation,
  ConversationEvent,
  EventMsg,
  Question as FormQuestion,
  Submission,
  Subscriber,
  Task,
  TaskOutcome,
} from "../../core/index.ts";
import { errorMessage } from "../../core/index.ts";
import { notifyCompleted } from "./notify.ts";
import { TurnDiff } from "./patch/turn-diff.ts";
import type { Residents } from "./residents.ts";
import { runTask } from "./turn/loop.ts";
import type { Question, Session, TaskContext } from "./turn/task.ts";
import { unlessAborted } from "./turn/wait.ts";

/** One conversation: submissions in, in order; events out, in order; one task at a time. */
export class LiveConversation implements Conversation {
  readonly id: string;
  readonly model: string;
  readonly cwd: string;
  readonly #session: Session;
  readonly #residents: Residents;
  #startEvents: readonly ConversationEvent[];
  readonly #subscribers = new Set<{ readonly subscriber: Subscriber }>();
  readonly #waiting: Job[] = [];
  #running: Job | undefined;
  #working = false;
  #closed = false;
  #nextId = 0;

  constructor(session: Session, startEvents: readonly ConversationEvent[], residents: Residents) {
    this.id = session.id;
    this.model = session.model.name;
    this.cwd = session.cwd;
    this.#startEvents = startEvents;
    this.#session = session;
    this.#residents = residents;
    session.recorder.onTrouble((message) => {
      this.#emit(this.#running?.id ?? "", { type: "background_event", message });
    });
    residents.idle(this);
  }

  get startEvents(): readonly ConversationEvent[] {
    return this.#startEvents;
  }

  get effort() {
    return this.#session.settings.effort;
  }

  get path(): string {
    return this.#session.recorder.path;
  }

  get busy(): boolean {
    return this.#running !== undefined || this.#waiting.length > 0;
  }

  submit(submission: Submission): Task {
    const job = new Job(submission.id ?? this.#takeId(), submission);
    this.#waiting.push(job);
    job.controller.signal.addEventListener("abort", () => this.#withdraw(job), { once: true });
    if (job.signal.aborted) queueMicrotask(() => this.#withdraw(job));
    void this.#work();
    return { id: job.id, outcome: job.outcome };
  }

  async interrupt(): Promise<boolean> {
    // An interrupt is a submission too: the numbers of later ones show it.
    this.#takeId();
    // The first in line counts as running: its start is only a moment away.
    const job = this.#running ?? this.#waiting[0];
    if (job === undefined) return false;
    job.controller.abort();
    await job.outcome;
    return true;
  }

  subscribe(subscriber: Subscriber): () => void {
    // An entry of its own, so that one subscriber may be there twice.
    const entry = { subscriber };
    this.#subscribers.add(entry);
    return () => void this.#subscribers.delete(entry);
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
    this.#residents.busy(this);
    for (const job of this.#waiting.slice()) job.controller.abort();
    this.#running?.controller.abort();
    await this.#running?.outcome;
    await this.#session.toolkit.close();
    await this.#session.recorder.release();
  }

  /** Works the waiting submissions off; the only place that runs a task. Never rejects. */
  async #work(): Promise<void> {
    if (this.#working) return;
    this.#working = true;
    this.#residents.busy(this);
    // Whoever submits knows the task's id before its first event comes.
    await Promise.resolve();
    for (let job = this.#waiting.shift(); job !== undefined; job = this.#waiting.shift()) {
      this.#running = job;
      if (this.#closed) job.controller.abort();
      const outcome = await this.#run(job);
      this.#running = undefined;
      job.end(outcome);
    }
    this.#working = false;
    if (!this.#closed) this.#residents.idle(this);
  }

  async #run(job: Job): Promise<TaskOutcome> {
    if (job.signal.aborted) return this.#abandon(job);
    const problem = await this.#wake();
    if (problem !== undefined) return this.#refuse(job, problem);
    const outcome = await runTask(this.#contextOf(job), job.submission.items);
    if (outcome.status === "completed") {
      notifyCompleted(this.#session, job.submission.items, { ...outcome, turnId: job.id });
    }
    // The system has every line; that the disk has them too is not waited for.
    void this.#session.recorder.rest();
    return outcome;
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

  #refuse(job: Job, message: string): TaskOutcome {
    this.#emit(job.id, { type: "error", message });
    this.#emit(job.id, { type: "task_complete", last_agent_message: null });
    return { status: "failed", message };
  }

  /** A submission that is taken back while it waits ends at once, not when its turn comes. */
  #withdraw(job: Job): void {
    const at = this.#waiting.indexOf(job);
    if (at === -1) return;
    this.#waiting.splice(at, 1);
    job.end(this.#abandon(job));
  }

  #abandon(job: Job): TaskOutcome {
    this.#emit(job.id, { type: "turn_aborted", reason: "interrupted" });
    return { status: "aborted", reason: "interrupted" };
  }

  /** The side of the conversation that its task sees. */
  #contextOf(job: Job): TaskContext {
    return {
      id: job.id,
      session: this.#session,
      signal: job.signal,
      diff: new TurnDiff(),
      inbox: [],
      emit: (msg) => this.#emit(job.id, msg),
      ready: () => this.#ready(),
      approve: (question) => this.#approve(job, question),
      ask: (question) => this.#ask(job, question),
      interrupt: () => job.controller.abort(),
    };
  }

  /**
   * Synchronous and in order; one faulty subscriber costs nobody else an event. Recorded first: what
   * anybody heard of must be there after a crash.
   */
  #emit(id: string, msg: EventMsg): void {
    this.#session.recorder.event(msg);
    const event = { id, msg };
    for (const { subscriber } of this.#subscribers) {
      try {
        subscriber.event(event);
      } catch (error) {
        this.#session.log.error("a subscriber failed", { conversation: this.id, error });
      }
    }
  }

  /** Room means room with every subscriber. */
  #ready(): Promise<void> | undefined {
    let room: Promise<void> | undefined;
    for (const { subscriber } of this.#subscribers) {
      const one = subscriber.ready?.();
      if (one !== undefined) room = both(room, one);
    }
    return room;
  }

  async #approve(job: Job, question: Question): Promise<ApprovalAnswer> {
    const request = { ...question, conversationId: this.id, eventId: job.id };
    let answer: ApprovalAnswer | undefined;
    if (job.signal.aborted) return { decision: "abort" };
    try {
      answer = await unlessAborted(job.submission.approve(request, job.signal), job.signal);
    } catch (error) {
      this.#session.log.error("asking for an approval failed", { conversation: this.id, error });
      answer = { decision: "denied", unasked: "asking failed" };
    }
    // Aborted while the question was open: an answer that comes now is nobody's.
    if (answer === undefined) return { decision: "abort" };
    this.#takeId();
    return answer;
  }

  async #ask(job: Job, question: FormQuestion): Promise<Answer> {
    const { signal } = job;
    const asking = job.submission.ask?.({
      ...question,
      signal: question.signal === undefined ? signal : AbortSignal.any([signal, question.signal]),
    });
    if (asking === undefined) {
      const message = "nobody who waits for this task can be asked";
      return { kind: "unanswered", reason: "unsupported", message };
    }
    const message = "the question was withdrawn";
    return (
      (await unlessAborted(asking, signal)) ?? { kind: "unanswered", reason: "withdrawn", message }
    );
  }

  /** Counted from 0 per conversation: submissions without an id, approval answers, interrupts. */
  #takeId(): string {
    const id = this.#nextId;
    this.#nextId += 1;
    return String(id);
  }
}

/** A submission from its coming in to its outcome. */
class Job {
  readonly id: string;
  readonly submission: Submission;
  readonly outcome: Promise<TaskOutcome>;
  readonly controller = new AbortController();
  readonly #resolve: (outcome: TaskOutcome) => void;
  readonly #abort = () => this.controller.abort();

  constructor(id: string, submission: Submission) {
    this.id = id;
    this.submission = submission;
    const { promise, resolve } = Promise.withResolvers<TaskOutcome>();
    this.outcome = promise;
    this.#resolve = resolve;
    const { signal } = submission;
    if (signal?.aborted === true) this.#abort();
    else signal?.addEventListener("abort", this.#abort, { once: true });
  }

  get signal(): AbortSignal {
    return this.controller.signal;
  }

  end(outcome: TaskOutcome): void {
    this.submission.signal?.removeEventListener("abort", this.#abort);
    this.#resolve(outcome);
    // Questions that are still open learn that their task is over.
    this.controller.abort();
  }
}

function withoutInitialMessages(event: ConversationEvent): ConversationEvent {
  if (event.msg.type !== "session_configured") return event;
  const { initial_messages: _, ...msg } = event.msg;
  return { ...event, msg };
}

async function both(one: Promise<void> | undefined, other: Promise<void>): Promise<void> {
  await Promise.allSettled([one, other]);
}
