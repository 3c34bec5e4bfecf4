import {
  createJSONRPCErrorResponse,
  createJSONRPCSuccessResponse,
  JSONRPCClient,
} from "json-rpc-2.0";
import type { JSONRPCRequest } from "json-rpc-2.0";
import { InternalError, RpcError } from "../../core/errors.ts";
import { isJsonObject } from "../../core/json.ts";
import type { JsonValue } from "../../core/json.ts";
import type { RequestOptions } from "../../core/plugin/call.ts";
import type { JsonRpcErrorObject, RequestId } from "../../core/wire/json-rpc.ts";
import { inject, injectable, Values } from "../tokens.ts";
import type { HostValues } from "../tokens.ts";
import { dialectOf } from "./dialect.ts";
import type { InboundResponse } from "./envelope.ts";
import { Outbox } from "./outbox.ts";
import { RequestIds } from "./request-ids.ts";
import { notificationLine, requestLine } from "./serialize.ts";

/** What came of a request of ours. */
export type Outcome =
  | { readonly kind: "result"; readonly result: unknown }
  | { readonly kind: "error"; readonly error: JsonRpcErrorObject }
  | { readonly kind: GaveUp };

type GaveUp = "timed-out" | "withdrawn" | "closed";

const longestTimer = 2 ** 31 - 1;

/** Our requests to the client and the answers they wait for, matched by typed id. */
@injectable()
export class Exchanges {
  readonly #client: JSONRPCClient;
  readonly #pending = new Map<RequestId, (why: GaveUp) => void>();
  #over = false;

  constructor(
    @inject(Outbox) private readonly outbox: Outbox,
    @inject(RequestIds) private readonly ids: RequestIds,
    @inject(Values) private readonly values: Pick<HostValues, "options">,
  ) {
    this.#client = new JSONRPCClient(({ id, method, params }: JSONRPCRequest) => {
      this.outbox.send(requestLine(Number(id), method, params));
    });
  }

  /** Never rejects. A request given up is cancelled at the client with `notifications/cancelled`. */
  async send(method: string, params: unknown, options: RequestOptions): Promise<Outcome> {
    const { signal, timeoutMs } = options;
    if (this.#over) return { kind: "closed" };
    if (signal?.aborted === true) return { kind: "withdrawn" };
    const id = this.ids.mint();
    let gaveUp: GaveUp | undefined;
    const giveUp = (why: GaveUp) => {
      if (!this.#pending.delete(id)) return;
      gaveUp = why;
      if (why !== "closed") this.#tellClient(id, why);
      this.#client.receive(createJSONRPCErrorResponse(id, InternalError, why));
    };
    this.#pending.set(id, giveUp);
    const withdraw = () => giveUp("withdrawn");
    signal?.addEventListener("abort", withdraw, { once: true });
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(giveUp, Math.min(timeoutMs, longestTimer), "timed-out");
    try {
      const answer = await this.#client.requestAdvanced({ jsonrpc: "2.0", id, method, params });
      if (gaveUp !== undefined) return { kind: gaveUp };
      if (answer.error !== undefined) return { kind: "error", error: answer.error };
      const result: unknown = answer.result;
      return { kind: "result", result };
    } finally {
      // Still pending only when the request could not be sent.
      this.#pending.delete(id);
      clearTimeout(timer);
      signal?.removeEventListener("abort", withdraw);
    }
  }

  /** False when no request of ours waits for this answer. */
  settle({ id, result, error }: InboundResponse): boolean {
    if (typeof id !== "number" || !this.#pending.delete(id)) return false;
    if (error === undefined) {
      this.#client.receive(createJSONRPCSuccessResponse(id, result));
    } else {
      const { code, message, data } = readError(error);
      this.#client.receive(createJSONRPCErrorResponse(id, code, message, data));
    }
    return true;
  }

  /** No answer can come any more. */
  end(): void {
    this.#over = true;
    for (const giveUp of this.#pending.values()) giveUp("closed");
  }

  #tellClient(id: number, why: GaveUp): void {
    if (!dialectOf(this.values.options?.appServer).cancels) return;
    const reason = why === "timed-out" ? "no answer in time" : "no longer needed";
    this.outbox.send(notificationLine("notifications/cancelled", { requestId: id, reason }));
  }
}

/** The result; throws what came instead of one. */
export function resultOf(outcome: Outcome, method: string): unknown {
  switch (outcome.kind) {
    case "result":
      return outcome.result;
    case "error": {
      const { code, message, data } = outcome.error;
      throw new RpcError(code, message, data);
    }
    case "timed-out":
      throw new RpcError(InternalError, `the client did not answer ${method} in time`);
    case "withdrawn":
      throw new RpcError(InternalError, `the request ${method} was withdrawn`);
    case "closed":
      throw new RpcError(InternalError, `the connection ended before ${method} was answered`);
  }
}

function readError(error: JsonValue): JsonRpcErrorObject {
  const { code, message, data } = isJsonObject(error) ? error : {};
  return {
    code: typeof code === "number" ? code : InternalError,
    message: typeof message === "string" ? message : "an error without a message",
    ...(data !== undefined && { data }),
  };
}
