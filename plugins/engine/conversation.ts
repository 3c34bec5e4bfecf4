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
import { TurnDiff } from "./patch/turn-diff.ts";
import { runTask } from "./turn/loop.ts";
import type { Question, Session, TaskContext } from "./turn/task.ts";
import { unlessAborted } from "./turn/wait.ts";

/** One conversation: submissions in, in order; events out, in order; one task at a time. */
export class LiveConversation implements Conversation {
  readonly id: string;
  readonly model: string;
  readonly cwd: string;
  readonly startEvents: readonly ConversationEvent[];
  readonly #session: Session;
  readonly #subscribers = new Set<{ readonly subscriber: Subscriber }>();
  readonly #waiting: Job[] = [];
  #running: Job | undefined;
  #working = false;
  #closed = false;
  #nextId = 0;

  constructor(session: Session, startEvents: readonly ConversationEvent[]) {
    this.id = session.id;
    this.model = session.model.name;
    this.cwd = session.cwd;
    this.startEvents = startEvents;
    this.#session = session;
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

  /** Ends every task, running or waiting, and the record; later submissions end at once. */
  async close(): Promise<void> {
    this.#closed = true;
    for (const job of this.#waiting.slice()) job.controller.abort();
    this.#running?.controller.abort();
    await this.#running?.outcome;
    await this.#session.toolkit.close();
    this.#session.recorder.flush();
  }

  /** Works the waiting submissions off; the only place that runs a task. Never rejects. */
  async #work(): Promise<void> {
    if (this.#working) return;
    this.#working = true;
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
  }

  async #run(job: Job): Promise<TaskOutcome> {
    const outcome = job.signal.aborted
      ? this.#abandon(job)
      : await runTask(this.#contextOf(job), job.submission.items);
    this.#session.recorder.flush();
    return outcome;
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

  /** Synchronous and in order; one faulty subscriber costs nobody else an event. */
  #emit(id: string, msg: EventMsg): void {
    const event = { id, msg };
    for (const { subscriber } of this.#subscribers) {
      try {
        subscriber.event(event);
      } catch (error) {
        this.#session.log.error("a subscriber failed", { conversation: this.id, error });
      }
    }
    this.#session.recorder.event(msg);
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

async function both(one: Promise<void> | undefined, other: Promise<void>): Promise<void> {
  await Promise.allSettled([one, other]);
}
