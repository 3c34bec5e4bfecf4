import type { RequestId } from "../../core/wire/json-rpc.ts";
import { injectable } from "../tokens.ts";

export type Reply = (line: string | undefined) => void;

/** One inbound request from the moment its line was read to its answer. */
export class OpenCall {
  readonly id: RequestId;
  readonly method: string;
  /** By the clock of `performance.now`. */
  readonly since = performance.now();
  // Made when someone looks: most requests are answered before anybody does.
  #controller: AbortController | undefined;
  #endings: Set<() => void> | undefined;
  #abortReason: Error | undefined;
  #cancelled = false;
  #ended = false;

  #afterAnswer: (() => void)[] | undefined;
  #answered = false;

  /** Takes the line of the answer; `undefined` when there is none. */
  readonly #reply: Reply;
  /** The end of input does not cut it off. */
  lasting = false;

  constructor(id: RequestId, method: string, reply: Reply) {
    this.id = id;
    this.method = method;
    this.#reply = reply;
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#abortReason !== undefined) this.#controller.abort(this.#abortReason);
    return this.#controller.signal;
  }

  /** Why the call was cut off; `undefined` while it may go on. */
  get abortReason(): Error | undefined {
    return this.#abortReason;
  }

  /** The client asked for its end: nothing more may be said about it. */
  get cancelled(): boolean {
    return this.#cancelled;
  }

  get ended(): boolean {
    return this.#ended;
  }

  /** Runs when the call is answered or cancelled, at once if it is already; never twice. */
  onEnd(run: () => void): () => void {
    if (this.#ended || this.#cancelled) {
      run();
      return () => undefined;
    }
    this.#endings ??= new Set();
    this.#endings.add(run);
    return () => void this.#endings?.delete(run);
  }

  /** Runs once the answer was handed on, at once if it is already. */
  afterAnswer(run: () => void): void {
    if (this.#answered) {
      run();
      return;
    }
    this.#afterAnswer ??= [];
    this.#afterAnswer.push(run);
  }

  /** Hands the answer on; `undefined` when there is none. */
  answer(line: string | undefined): void {
    this.#reply(line);
    this.#answered = true;
    const runs = this.#afterAnswer ?? [];
    this.#afterAnswer = undefined;
    for (const run of runs) run();
  }

  cancel(): void {
    this.#cancelled = true;
    this.abort(new Error("the client cancelled the request"));
    this.#runEndings();
  }

  abort(reason: Error): void {
    this.#abortReason ??= reason;
    this.#controller?.abort(reason);
  }

  end(): void {
    this.#runEndings();
    this.#ended = true;
  }

  #runEndings(): void {
    const endings = this.#endings ?? [];
    this.#endings = undefined;
    for (const run of endings) run();
  }
}

/** The running inbound requests, by typed id: `7` and `"7"` are two. */
@injectable()
export class Calls {
  readonly #open = new Map<RequestId, OpenCall>();
  #idle: PromiseWithResolvers<void> | undefined;

  has(id: RequestId): boolean {
    return this.#open.has(id);
  }

  /** The id must not be in flight. */
  open(id: RequestId, method: string, reply: Reply): OpenCall {
    const call = new OpenCall(id, method, reply);
    this.#open.set(id, call);
    return call;
  }

  /** False when the call was closed before, so that it is not answered twice. */
  close(call: OpenCall): boolean {
    if (call.ended) return false;
    call.end();
    this.#open.delete(call.id);
    if (this.#open.size === 0) {
      this.#idle?.resolve();
      this.#idle = undefined;
    }
    return true;
  }

  /** Unknown and finished ids are ignored. */
  cancel(id: RequestId): void {
    this.#open.get(id)?.cancel();
  }

  abortAll(reason: Error): void {
    for (const call of this.#open.values()) call.abort(reason);
  }

  /** Aborts the calls that do not outlast the input. */
  abortShort(reason: Error): void {
    for (const call of this.#open.values()) if (!call.lasting) call.abort(reason);
  }

  all(): OpenCall[] {
    return [...this.#open.values()];
  }

  get busy(): boolean {
    return this.#open.size > 0;
  }

  /** Resolves when no call is running that outlasts the input. */
  async lasted(): Promise<void> {
    const lasting = this.all().filter((call) => call.lasting);
    await Promise.all(
      lasting.map((call) => new Promise<void>((resolve) => call.afterAnswer(resolve))),
    );
  }

  /** Resolves when no call is running. */
  idle(): Promise<void> {
    if (this.#open.size === 0) return Promise.resolve();
    this.#idle ??= Promise.withResolvers<void>();
    return this.#idle.promise;
  }
}
