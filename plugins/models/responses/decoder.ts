import { StringDecoder } from "node:string_decoder";
import { createParser, type EventSourceMessage } from "eventsource-parser";
import {
  isJsonObject,
  readShape,
  type ResponseItem,
  type JsonObject,
  type ModelEvent,
  type ModelFailure,
  type TokenUsage,
} from "../../../core/index.ts";
import { brokenStream } from "../failure.ts";
import { isOverflow } from "../http/refusal.ts";
import shapes from "../shapes.json" with { type: "json" };

/** Characters of one server-sent event; more is no answer but an attack or a fault. */
const largestEvent = 64 * 1024 * 1024;

/** Turns the bytes of a Responses stream into model events; borders of chunks do not matter. */
export class ResponsesDecoder {
  readonly #utf8 = new StringDecoder("utf8");
  readonly #parser = createParser({
    onEvent: (message) => this.#take(message),
    maxBufferSize: largestEvent,
  });
  #events: ModelEvent[] = [];
  #last: ModelEvent | undefined;
  #why = "the stream ended without response.completed";

  /** True when the last event is known; only the end of the stream is missing then. */
  get settled(): boolean {
    return this.#last !== undefined;
  }

  /** The events that these bytes complete. */
  feed(chunk: Buffer): readonly ModelEvent[] {
    this.#events = [];
    this.#parser.feed(this.#utf8.write(chunk));
    return this.#events;
  }

  /** The last event of the answer, once the stream has ended. */
  end(): ModelEvent {
    return this.#last ?? { type: "failed", failure: brokenStream(this.#why) };
  }

  #take({ event, data }: EventSourceMessage): void {
    // Arguments and the like also come whole in their item: parsing their pieces is wasted work.
    if (event !== undefined && ignored.has(event)) return;
    let value: unknown;
    try {
      value = JSON.parse(data);
    } catch {
      return;
    }
    if (!isJsonObject(value)) return;
    const name = typeof value["type"] === "string" ? value["type"] : "";
    const type = delta[name];
    if (type === undefined) this.#other(name, value);
    else if (typeof value["delta"] === "string") {
      this.#events.push({ type, delta: value["delta"] });
    }
  }

  #other(name: string, value: JsonObject): void {
    const events = this.#events;
    switch (name) {
      case "response.output_item.done": {
        const item = readShape<ResponseItem>(shapes.responseItem, value["item"]);
        if (item !== undefined) events.push({ type: "item", item });
        return;
      }
      case "response.output_item.added": {
        const id = webSearchId(value["item"]);
        if (id !== undefined) events.push({ type: "web_search_begin", callId: id });
        return;
      }
      case "response.reasoning_summary_part.added":
        events.push({ type: "reasoning_section_break" });
        return;
      case "response.completed":
        this.#last = { type: "completed", usage: usage(member(value["response"], "usage")) };
        return;
      case "response.incomplete": {
        const reason = member(member(value["response"], "incomplete_details"), "reason");
        this.#why = `the response is incomplete, reason: ${String(reason)}`;
        return;
      }
      case "response.failed":
        this.#last = { type: "failed", failure: failed(member(value["response"], "error")) };
        return;
      case "error":
        this.#last = { type: "failed", failure: failed(value["error"] ?? value) };
        return;
    }
  }
}

const delta: Readonly<
  Record<string, "text_delta" | "reasoning_summary_delta" | "reasoning_delta" | undefined>
> = {
  "response.output_text.delta": "text_delta",
  "response.reasoning_summary_text.delta": "reasoning_summary_delta",
  "response.reasoning_text.delta": "reasoning_delta",
};

const ignored = new Set([
  "response.created",
  "response.in_progress",
  "response.function_call_arguments.delta",
  "response.function_call_arguments.done",
  "response.custom_tool_call_input.delta",
  "response.custom_tool_call_input.done",
  "response.content_part.added",
  "response.content_part.done",
  "response.output_text.done",
]);

/** Codes of `response.failed` that asking again cannot mend. */
const finalCodes = new Set(["context_length_exceeded", "insufficient_quota", "invalid_prompt"]);

function failed(error: unknown): ModelFailure {
  const code = member(error, "code");
  const text = member(error, "message");
  const message = typeof text === "string" ? text : "response.failed without a message";
  const delay = code === "rate_limit_exceeded" ? retryDelay(message) : undefined;
  return brokenStream(message, {
    retryable: typeof code !== "string" || !finalCodes.has(code),
    ...(delay !== undefined && { retryAfterMs: delay }),
    ...(isOverflow(code, message) && { contextOverflow: true, retryable: false }),
  });
}

/** Milliseconds; the wire tells the delay of a rate limit only in its text. */
function retryDelay(message: string): number | undefined {
  const found = /try again in (\d+(?:\.\d+)?)\s*(ms|s)/i.exec(message);
  if (found === null) return undefined;
  const amount = Number(found[1]);
  return Math.ceil(found[2]?.toLowerCase() === "ms" ? amount : amount * 1000);
}

function webSearchId(item: unknown): string | undefined {
  if (member(item, "type") !== "web_search_call") return undefined;
  const id = member(item, "id");
  return typeof id === "string" ? id : "";
}

function usage(value: unknown): TokenUsage | null {
  if (!isJsonObject(value)) return null;
  const count = (found: unknown) => (typeof found === "number" ? Math.trunc(found) : 0);
  return {
    input_tokens: count(value["input_tokens"]),
    cached_input_tokens: count(member(value["input_tokens_details"], "cached_tokens")),
    output_tokens: count(value["output_tokens"]),
    reasoning_output_tokens: count(member(value["output_tokens_details"], "reasoning_tokens")),
    total_tokens: count(value["total_tokens"]),
  };
}

function member(value: unknown, key: string): unknown {
  return isJsonObject(value) ? value[key] : undefined;
}
