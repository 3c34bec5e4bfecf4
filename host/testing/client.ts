import { PassThrough } from "node:stream";
import { MethodNotFound, RpcError } from "../../core/errors.ts";
import { isJsonObject } from "../../core/json.ts";
import type { JsonObject, JsonValue } from "../../core/json.ts";
import { Lines } from "../rpc/lines.ts";
import { errorLine, notificationLine, requestLine, resultLine, toJson } from "../rpc/serialize.ts";

/** Answers a request that the host sends; throw an `RpcError` to answer with an error. */
export type Responder = (params: JsonObject) => JsonValue | Promise<JsonValue>;

/** A notification the host sent. */
export interface Heard {
  readonly method: string;
  readonly params: JsonObject;
}

/** The client's end of a host in the same process. */
export class TestClient {
  readonly stdin = new PassThrough();
  readonly stdout = new PassThrough();
  readonly notifications: Heard[] = [];
  readonly #responders = new Map<string, Responder>();
  readonly #pending = new Map<JsonValue, PromiseWithResolvers<JsonValue>>();
  #nextId = 0;

  constructor() {
    const lines = new Lines({
      line: (text) => this.#receive(text),
      broken: (problem) => this.end(new Error(`the host wrote a line that is ${problem}`)),
    });
    this.stdout.on("data", (chunk: Buffer) => lines.push(chunk));
  }

  respond(method: string, responder: Responder): void {
    this.#responders.set(method, responder);
  }

  /** Rejects with an `RpcError` when the host answers with an error. */
  request(method: string, params: JsonObject = {}, signal?: AbortSignal): Promise<JsonValue> {
    const id = this.#nextId;
    this.#nextId += 1;
    const answer = Promise.withResolvers<JsonValue>();
    this.#pending.set(id, answer);
    this.#write(requestLine(id, method, params));
    const cancel = () => {
      // A cancelled request stays unanswered, so nobody else settles it.
      this.notify("notifications/cancelled", { requestId: id });
      this.#pending.delete(id);
      answer.reject(signal?.reason);
    };
    if (signal?.aborted === true) cancel();
    else signal?.addEventListener("abort", cancel, { once: true });
    return answer.promise.finally(() => signal?.removeEventListener("abort", cancel));
  }

  notify(method: string, params: JsonObject = {}): void {
    this.#write(notificationLine(method, params));
  }

  /** Nothing will be answered any more. */
  end(reason: Error): void {
    for (const answer of this.#pending.values()) answer.reject(reason);
    this.#pending.clear();
  }

  #write(line: string): void {
    this.stdin.write(`${line}\n`);
  }

  #receive(text: string): void {
    const message: unknown = JSON.parse(text);
    if (!isJsonObject(message)) return;
    const { id, method, params, result, error } = message;
    const sent = isJsonObject(params) ? params : {};
    if (typeof method !== "string") return this.#settle(id ?? null, result, error);
    if (id === undefined) this.notifications.push({ method, params: sent });
    // Its failures become error answers.
    else if (typeof id === "number") void this.#answer(id, method, sent);
  }

  #settle(id: JsonValue, result: JsonValue | undefined, error: JsonValue | undefined): void {
    const answer = this.#pending.get(id);
    this.#pending.delete(id);
    if (!isJsonObject(error)) return answer?.resolve(result ?? null);
    const { code, message, data } = error;
    answer?.reject(new RpcError(Number(code), toText(message), data));
  }

  async #answer(id: number, method: string, params: JsonObject): Promise<void> {
    try {
      const responder = this.#responders.get(method);
      if (responder === undefined) throw new RpcError(MethodNotFound, `nobody answers ${method}`);
      this.#write(resultLine(id, toJson(await responder(params))));
    } catch (error) {
      const { code, message, data } =
        error instanceof RpcError ? error : new RpcError(-32603, toText(error));
      this.#write(errorLine(id, { code, message, ...(data !== undefined && { data }) }));
    }
  }
}

function toText(value: unknown): string {
  return typeof value === "string" ? value : toJson(value);
}
