import type {
  Answer,
  ApprovalAnswer,
  InputItem,
  Log,
  Question as FormQuestion,
  Submission,
  TaskOutcome,
} from "../../core/index.ts";
import { Inbox, type Joining } from "./turn/inbox.ts";
import type { Question } from "./turn/task.ts";
import { unlessAborted } from "./turn/wait.ts";

/** A submission from its coming in to its outcome. */
export class Job implements Joining {
  readonly id: string;
  readonly kind: "turn" | "compaction";
  readonly submission: Submission;
  readonly outcome: Promise<TaskOutcome>;
  readonly inbox = new Inbox<Job>();
  /** The one whose task it joined. */
  host: Job | undefined;
  /** Ended from outside of its submission: what it says is part of the conversation all the same. */
  interrupted = false;
  #taken: (() => void) | undefined;
  readonly #controller = new AbortController();
  readonly #resolve: (outcome: TaskOutcome) => void;
  readonly #onSignal = () => this.abort();

  constructor(id: string, submission: Submission, kind: Job["kind"] = "turn") {
    this.id = id;
    this.kind = kind;
    this.submission = submission;
    const { promise, resolve } = Promise.withResolvers<TaskOutcome>();
    this.outcome = promise;
    this.#resolve = resolve;
    const { signal } = submission;
    if (signal?.aborted === true) this.abort();
    else signal?.addEventListener("abort", this.#onSignal, { once: true });
  }

  get items(): readonly InputItem[] {
    return this.submission.items;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Whether another one may still become part of its task. */
  get joinable(): boolean {
    return this.kind === "turn" && this.items.length > 0 && !this.signal.aborted;
  }

  /** Whether it would rather be part of a running task than have its own. */
  get joins(): boolean {
    if (this.kind === "compaction") return true;
    const { join, overrides } = this.submission;
    return join === true && overrides === undefined && this.joinable;
  }

  /** It has to wait; `taken` is called once when that is over, whatever comes of it. */
  waits(taken: () => void): void {
    this.#taken = taken;
  }

  taken(): void {
    const taken = this.#taken;
    this.#taken = undefined;
    taken?.();
  }

  interrupt(): void {
    this.interrupted = true;
    this.abort();
  }

  abort(): void {
    this.#controller.abort();
  }

  end(outcome: TaskOutcome): void {
    this.taken();
    this.submission.signal?.removeEventListener("abort", this.#onSignal);
    this.#resolve(outcome);
    // Questions that are still open learn that their task is over.
    this.abort();
  }

  /** Asks the person behind this submission; never rejects, an ended task counts as `abort`. */
  async approve(
    question: Question,
    { conversationId, log }: { readonly conversationId: string; readonly log: Log },
  ): Promise<ApprovalAnswer> {
    const { signal } = this;
    if (signal.aborted) return { decision: "abort" };
    const request = { ...question, conversationId, eventId: this.id };
    try {
      const answer = await unlessAborted(this.submission.approve(request, signal), signal);
      // Aborted while the question was open: an answer that comes now is nobody's.
      return answer ?? { decision: "abort" };
    } catch (error) {
      log.error("asking for an approval failed", { conversation: conversationId, error });
      return { decision: "denied", unasked: "asking failed" };
    }
  }

  /** Puts any other question to them; never rejects. */
  async ask(question: FormQuestion): Promise<Answer> {
    const { signal } = this;
    const asking = this.submission.ask?.({
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
}
