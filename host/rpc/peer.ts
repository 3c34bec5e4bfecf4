import { createJSONRPCErrorResponse, JSONRPCServer } from "json-rpc-2.0";
import type { JSONRPCResponse } from "json-rpc-2.0";
import type { z } from "zod";
import { InternalError, InvalidRequest, MethodNotFound, RpcError } from "../../core/errors.ts";
import type { Client, Peer, RequestOptions } from "../../core/plugin/call.ts";
import type { Method, Notification } from "../../core/protocol/method.ts";
import { resolveDeferred } from "../../core/schema.ts";
import type { Schema } from "../../core/schema.ts";
import type { Log } from "../../core/services/log.ts";
import type { JsonRpcErrorObject, RequestId } from "../../core/wire/json-rpc.ts";
import { inject, injectable, Logs, Values } from "../tokens.ts";
import type { HostValues, LogSource } from "../tokens.ts";
import { Calls } from "./calls.ts";
import type { OpenCall, Reply } from "./calls.ts";
import { dialectOf } from "./dialect.ts";
import type { Dialect } from "./dialect.ts";
import { idAtHead, readMessage } from "./envelope.ts";
import type { InboundRequest, Message, Params } from "./envelope.ts";
import { errorObject, toRpcError } from "./errors.ts";
import { Exchanges, resultOf } from "./exchanges.ts";
import { Outbox } from "./outbox.ts";
import { errorLine, notificationLine, resultLine, toJson } from "./serialize.ts";
import { Session } from "./session.ts";

/** Answers a request later. */
export type RequestHandler = (params: Params, call: OpenCall) => unknown;
/** A result that is JSON already; `undefined` leaves the request to the handler. */
export type ReadyAnswer = (params: Params) => string | undefined;

const batchRevision = "2025-03-26";
const shuttingDown = { code: InternalError, message: "the server is shutting down" };

/**
 * Both ends of the connection: dispatches what the client sends, and is the client that plugins
 * speak to. Dispatch and pending requests are json-rpc-2.0's; the envelope is checked before it.
 */
@injectable()
export class RpcPeer implements Client {
  readonly #server: JSONRPCServer<OpenCall>;
  readonly #ready = new Map<string, ReadyAnswer>();
  readonly #listeners = new Map<string, (params: Params) => void>();
  readonly #afterInitialize = new Set<string>();
  readonly #bare = new Set<string>();
  readonly #lasting = new Set<string>();
  readonly #dialect: Dialect;
  readonly #log: Log;
  readonly #send: Reply;
  #isOver = false;

  constructor(
    @inject(Outbox) private readonly outbox: Outbox,
    @inject(Exchanges) private readonly exchanges: Exchanges,
    @inject(Calls) private readonly calls: Calls,
    @inject(Session) private readonly session: Session,
    @inject(Logs) logs: LogSource,
    @inject(Values) private readonly values: Pick<HostValues, "options">,
  ) {
    this.#log = logs.for("host");
    this.#dialect = dialectOf(values.options?.appServer);
    this.#send = (line) => line !== undefined && this.outbox.send(line);
    // Errors are mapped and logged here; the library's own listener would print them.
    this.#server = new JSONRPCServer<OpenCall>({ errorListener: () => undefined });
    this.#server.mapErrorToJSONRPCErrorResponse = (id, error) => {
      const { code, message, data } = toRpcError(error, this.#log);
      return createJSONRPCErrorResponse(id, code, message, data);
    };
  }

  /** Answers a method; `early` ones also before `initialize`. */
  serve(method: string, handler: RequestHandler, early = false): void {
    // The library would replace the first one silently.
    if (this.#server.hasMethod(method)) throw new Error(`${method} is served twice`);
    this.#server.addMethod(method, handler);
    if (!early) this.#afterInitialize.add(method);
  }

  /** Messages of this method may come without the member `jsonrpc`. */
  allowBare(method: string): void {
    this.#bare.add(method);
  }

  /** Requests of this method are waited for when the input ends. */
  outlastInput(method: string): void {
    this.#lasting.add(method);
  }

  /** Answers a method without a promise, or leaves the request to the method's handler. */
  serveReady(method: string, answer: ReadyAnswer, early = false): void {
    this.#ready.set(method, answer);
    if (!early) this.#afterInitialize.add(method);
  }

  listen(notification: string, listener: (params: Params) => void): void {
    this.#listeners.set(notification, listener);
  }

  /** Takes one line. Returns before it is answered, unless the answer is ready. */
  receive(line: string): void {
    const inbound = readMessage(line, this.#allowsBare);
    if (inbound.kind !== "batch") this.#take(inbound, this.#send);
    else if (this.session.revision !== batchRevision || inbound.messages.length === 0) {
      this.refuse({ code: InvalidRequest, message: "batches are not served" });
    } else this.#batch(inbound.messages);
  }

  readonly #allowsBare = (method: string) =>
    this.#dialect.allBare ||
    this.#bare.has(method) ||
    // Whoever may leave the member out is told that the method is unknown.
    (this.#bare.size > 0 && !this.#server.hasMethod(method) && !this.#ready.has(method));

  /** Answers something that has no readable id: only once the client has met us. */
  refuse(error: JsonRpcErrorObject, reply: Reply = this.#send): void {
    this.#log.debug("refused a message", { message: error.message });
    reply(this.session.revision === undefined ? undefined : errorLine(undefined, error));
  }

  /** Answers a line of which only the first characters are known. */
  refuseHead(head: string, error: JsonRpcErrorObject): void {
    const id = idAtHead(head);
    if (id === undefined) this.refuse(error);
    else this.#send(this.#errorLine(id, error));
  }

  /** Nothing will be read any more; questions to the client stay open for ever. */
  endInput(): void {
    this.exchanges.end();
  }

  /** From now on every request is turned away. */
  stop(): void {
    this.#isOver = true;
  }

  /** Answers whatever is still running. */
  abandon(): void {
    for (const call of this.calls.all()) {
      if (!this.calls.close(call)) continue;
      call.answer(this.#isSilent(call) ? undefined : this.#errorLine(call.id, shuttingDown));
    }
  }

  get peer(): Peer {
    return this.session.peer;
  }

  async request<P extends Schema, R extends Schema>(
    method: Method<P, R>,
    params: z.input<P>,
    options: RequestOptions = {},
  ): Promise<z.output<R>> {
    const outcome = await this.exchanges.send(method.name, params, options);
    const result = resultOf(outcome, method.name);
    const schema = await resolveDeferred<R>(method.result);
    const checked = await schema.safeParseAsync(result);
    if (checked.success) return checked.data;
    const [issue] = checked.error.issues;
    const where = issue === undefined ? "" : `: ${issue.path.join(".")}: ${issue.message}`;
    throw new RpcError(InternalError, `the client's answer to ${method.name} does not fit${where}`);
  }

  notify<P extends Schema>(notification: Notification<P>, params: z.input<P>): void {
    this.tell(notification.name, params);
  }

  /** Queues a notification by name. */
  tell(method: string, params: unknown): void {
    this.outbox.send(notificationLine(method, params));
  }

  ready(): Promise<void> | undefined {
    return this.outbox.ready();
  }

  #take(message: Message, reply: Reply): void {
    switch (message.kind) {
      case "request":
        return this.#request(message, reply);
      case "notification":
        this.#notification(message.method, message.params);
        return reply(undefined);
      case "response":
        if (!this.exchanges.settle(message)) {
          this.#log.debug("an answer nobody waits for", { id: String(message.id) });
        }
        return reply(undefined);
      case "invalid":
        if (message.id === undefined) return this.refuse(message.error, reply);
        return reply(this.#errorLine(message.id, message.error));
      case "ignored":
        this.#log.debug("ignored a message", { reason: message.reason });
        return reply(undefined);
    }
  }

  #request({ id, method, params }: InboundRequest, reply: Reply): void {
    if (this.#isOver) return reply(this.#errorLine(id, shuttingDown));
    const refusal = this.#refusal(id, method);
    if (refusal !== undefined) {
      return reply(this.#errorLine(id, { code: InvalidRequest, message: refusal }));
    }
    const line = this.#atOnce(id, method, params);
    if (line !== undefined) return reply(line);
    const call = this.calls.open(id, method, reply);
    call.lasting = this.#lasting.has(method);
    // The library needs some id to answer at all; the line gets the real one, of whatever type.
    this.#server.receive({ jsonrpc: "2.0", id: 0, method, params }, call).then(
      (response) => this.#answer(call, response),
      (error: unknown) => {
        const { code, message, data } = toRpcError(error, this.#log);
        this.#answer(call, createJSONRPCErrorResponse(0, code, message, data));
      },
    );
  }

  #refusal(id: RequestId, method: string): string | undefined {
    if (this.calls.has(id)) return `the id ${toJson(id)} is in use by a running request`;
    if (this.session.revision !== undefined || !this.#afterInitialize.has(method)) return undefined;
    return this.#dialect.tooEarly(method);
  }

  #atOnce(id: RequestId, method: string, params: Params): string | undefined {
    const answer = this.#ready.get(method);
    if (answer === undefined) {
      return this.#server.hasMethod(method)
        ? undefined
        : this.#errorLine(id, unknownMethod(method));
    }
    try {
      const result = answer(params);
      return result === undefined ? undefined : resultLine(id, result);
    } catch (error) {
      return this.#errorLine(id, errorObject(toRpcError(error, this.#log)));
    }
  }

  #answer(call: OpenCall, response: JSONRPCResponse | null): void {
    if (!this.calls.close(call)) return;
    call.answer(this.#isSilent(call) ? undefined : this.#answerLine(call.id, response));
  }

  #isSilent(call: OpenCall): boolean {
    return call.cancelled && this.values.options?.answerCancelled !== true;
  }

  #answerLine(id: RequestId, response: JSONRPCResponse | null): string {
    const error = response?.error;
    const result: unknown = response?.result;
    try {
      return error === undefined ? resultLine(id, toJson(result)) : this.#errorLine(id, error);
    } catch (cause) {
      return this.#errorLine(id, errorObject(toRpcError(cause, this.#log)));
    }
  }

  #errorLine(id: RequestId, error: JsonRpcErrorObject): string {
    return errorLine(id, this.#dialect.error(error));
  }

  #notification(method: string, params: Params): void {
    try {
      this.#listeners.get(method)?.(params);
    } catch (error) {
      this.#log.error("a notification could not be handled", { method, error });
    }
  }

  /** Revision 2025-03-26: the answers of a batch leave as one array, none of them as nothing. */
  #batch(messages: readonly Message[]): void {
    const lines: (string | undefined)[] = [];
    let open = messages.length;
    for (const [index, message] of messages.entries()) {
      const reply: Reply = (line) => {
        lines[index] = line;
        open -= 1;
        const said = open === 0 ? lines.filter((each) => each !== undefined) : [];
        if (said.length > 0) this.outbox.send(`[${said.join(",")}]`);
      };
      if (message.kind === "request" && message.method === "initialize") {
        const error = { code: InvalidRequest, message: "initialize must not be in a batch" };
        reply(errorLine(message.id, error));
      } else this.#take(message, reply);
    }
  }
}

function unknownMethod(method: string): JsonRpcErrorObject {
  const message = `method not found: ${JSON.stringify(method)}`;
  return { code: MethodNotFound, message, data: { method } };
}
