import type { TaskOutcome } from "../../core/index.ts";
import type { Job } from "./job.ts";

/** Who does the work. */
export interface Worker {
  /** Works on a job; never rejects. */
  run(job: Job): Promise<TaskOutcome>;
  /** Says that nothing comes of a job; synchronous. */
  abandon(job: Job): TaskOutcome;
  /** Called before the first job after a rest, and after the last one. */
  begins(): void;
  rests(): void;
}

/** The jobs of one conversation, one at a time: each waits for its turn or joins the running one. */
export class JobLine {
  readonly #worker: Worker;
  readonly #waiting: Job[] = [];
  #running: Job | undefined;
  #work: Promise<void> | undefined;

  constructor(worker: Worker) {
    this.#worker = worker;
  }

  get running(): Job | undefined {
    return this.#running;
  }

  /** The running one; the first in line counts as that, as its start is only a moment away. */
  get first(): Job | undefined {
    return this.#running ?? this.#waiting[0];
  }

  enter(job: Job): void {
    const host = this.first;
    if (job.joins && host?.joinable === true) {
      job.host = host;
      host.inbox.join(job);
    } else {
      this.#waiting.push(job);
    }
    job.signal.addEventListener("abort", () => this.#withdraw(job), { once: true });
    if (job.signal.aborted) queueMicrotask(() => this.#withdraw(job));
    this.#work ??= this.#workOff();
  }

  /** Resolves when nothing is left to do. */
  async empty(): Promise<void> {
    await this.#work;
  }

  /** Works the jobs off; the only place that runs one. Never rejects. */
  async #workOff(): Promise<void> {
    this.#worker.begins();
    // Whoever submits knows the task's id before its first event comes.
    await Promise.resolve();
    for (let job = this.#waiting.shift(); job !== undefined; job = this.#waiting.shift()) {
      this.#running = job;
      const outcome = await this.#worker.run(job);
      this.#running = undefined;
      this.#settle(job, outcome);
    }
    this.#work = undefined;
    this.#worker.rests();
  }

  /** Those that joined in time share the outcome; those that came too late have their own turn. */
  #settle(job: Job, outcome: TaskOutcome): void {
    const late = job.inbox.takeBack();
    for (const one of late) one.host = undefined;
    this.#waiting.unshift(...late);
    job.end(outcome);
    for (const one of job.inbox.heard) one.end(outcome);
  }

  /** A job that is taken back before its turn ends at once; later, it ends the task. */
  #withdraw(job: Job): void {
    const at = this.#waiting.indexOf(job);
    // An interrupted one keeps its place, and ends when it is there.
    if (at !== -1 && job.interrupted) return;
    if (at !== -1) {
      this.#waiting.splice(at, 1);
      this.#settle(job, this.#worker.abandon(job));
    } else if (job.host?.inbox.withdraw(job) === true) {
      job.end({ status: "aborted", reason: "interrupted" });
    } else {
      job.host?.abort();
    }
  }
}
