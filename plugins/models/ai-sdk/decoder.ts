import { randomUUID } from "node:crypto";
import type { LanguageModelV4StreamPart, LanguageModelV4Usage } from "@ai-sdk/provider";
import {
  isJsonObject,
  type ModelEvent,
  type ResponseItem,
  type TokenUsage,
} from "../../../core/index.ts";
import { brokenStream } from "../failure.ts";
import { itemId, packKeepsake, type Keepsake } from "./keepsake.ts";
import { partFailure } from "./part-failure.ts";

export interface DecoderOptions {
  /** Names of freeform tools, whose calls are turned back. */
  readonly custom: ReadonlySet<string>;
  /** Ids of the calls so far: some servers count them anew in each answer. */
  readonly usedIds: ReadonlySet<string>;
  /** Thoughts come as summaries, not raw. */
  readonly summaries: boolean;
  /** Whether the wire's own end mark was seen. */
  readonly marked: () => boolean;
}

type Part = LanguageModelV4StreamPart;
type BlockPart = Extract<Part, { type: `${"text" | "reasoning"}-${"start" | "delta" | "end"}` }>;

/** Turns the parts of an AI SDK stream into model events, in the order of the stream. */
export class PartDecoder {
  readonly #options: DecoderOptions;
  readonly #id = itemId(randomUUID());
  readonly #ids: Set<string>;
  /** Calls and what follows them: a stream that breaks off must not have run half of a call. */
  readonly #held: ModelEvent[] = [];
  #events: ModelEvent[] = [];
  #block: { type: "text" | "reasoning"; text: string; metadata: Keepsake["metadata"] } | undefined;
  #marked = false;
  #over = false;

  constructor(options: DecoderOptions) {
    this.#options = options;
    this.#ids = new Set(options.usedIds);
  }

  /** True after `completed` or `failed`. */
  get over(): boolean {
    return this.#over;
  }

  take(part: Part): readonly ModelEvent[] {
    this.#events = [];
    this.#take(part);
    return this.#events;
  }

  /** The last event of a stream that ended without one. */
  end(): readonly ModelEvent[] {
    return this.#over ? [] : this.#fail("the stream ended without a finish reason");
  }

  #take(part: Part): void {
    // Pieces of arguments come whole with their call; other parts are not for us.
    if (isOf(part, "text")) this.#grow("text", part);
    else if (isOf(part, "reasoning")) this.#grow("reasoning", part);
    else if (part.type === "tool-call") this.#call(part);
    else if (part.type === "error") this.#error(part.error);
    else if (part.type === "finish") this.#finish(part.finishReason.unified, part.usage);
  }

  #grow(type: "text" | "reasoning", part: BlockPart): void {
    if (this.#block?.type !== type || part.type.endsWith("-start")) this.#openBlock(type);
    const block = this.#block;
    if (block === undefined) return;
    Object.assign(block.metadata, part.providerMetadata);
    if ("delta" in part && part.delta !== "") {
      block.text += part.delta;
      const thought = this.#options.summaries ? "reasoning_summary_delta" : "reasoning_delta";
      this.#events.push({ type: type === "text" ? "text_delta" : thought, delta: part.delta });
    }
    if (part.type.endsWith("-end")) this.#closeBlock();
  }

  #openBlock(type: "text" | "reasoning"): void {
    this.#closeBlock();
    this.#block = { type, text: "", metadata: {} };
    if (type === "reasoning" && this.#options.summaries) {
      this.#events.push({ type: "reasoning_section_break" });
    }
  }

  #closeBlock(): void {
    const block = this.#block;
    this.#block = undefined;
    if (block === undefined) return;
    const { type, text, metadata } = block;
    const signed = Object.keys(metadata).length > 0;
    if (type === "reasoning") {
      if (text !== "" || signed) this.#thought(text, { of: "reasoning", metadata });
      return;
    }
    if (signed) this.#thought("", { of: "message", metadata });
    if (text === "" && !signed) return;
    const content: [{ type: "output_text"; text: string }] = [{ type: "output_text", text }];
    this.#item({ type: "message", id: this.#id, role: "assistant", content });
  }

  #thought(text: string, keepsake: Keepsake): void {
    const signed = Object.keys(keepsake.metadata).length > 0;
    const { summaries } = this.#options;
    this.#item({
      type: "reasoning",
      id: this.#id,
      summary: summaries && text !== "" ? [{ type: "summary_text", text }] : [],
      content: summaries || text === "" ? null : [{ type: "reasoning_text", text }],
      encrypted_content: signed ? packKeepsake(keepsake) : null,
    });
  }

  #call(part: Extract<Part, { type: "tool-call" }>): void {
    this.#closeBlock();
    const known = part.toolCallId === "" || this.#ids.has(part.toolCallId);
    const call_id = known ? `call_${randomUUID()}` : part.toolCallId;
    this.#ids.add(call_id);
    const metadata = part.providerMetadata;
    const before: ModelEvent[] = [];
    if (metadata !== undefined && Object.keys(metadata).length > 0) {
      // JSON by the library's contract, as it comes off the wire.
      const keepsake: Keepsake = {
        of: { call: call_id },
        metadata: metadata as Keepsake["metadata"],
      };
      const encrypted_content = packKeepsake(keepsake);
      before.push({
        type: "item",
        item: { type: "reasoning", id: this.#id, summary: [], encrypted_content },
      });
    }
    const { toolName: name, input } = part;
    const item: ResponseItem = this.#options.custom.has(name)
      ? { type: "custom_tool_call", id: this.#id, call_id, name, input: soleText(input) }
      : { type: "function_call", id: this.#id, name, arguments: input, call_id };
    this.#held.push(...before, { type: "item", item });
  }

  #item(item: ResponseItem): void {
    (this.#held.length > 0 ? this.#held : this.#events).push({ type: "item", item });
  }

  #error(error: unknown): void {
    // Without a finish reason, but with the wire's end mark, an answer counts as finished.
    const unfinished = error instanceof Error && error.name === "AI_InvalidResponseDataError";
    if (unfinished && this.#options.marked()) {
      this.#marked = true;
      return;
    }
    this.#over = true;
    this.#events.push({ type: "failed", failure: partFailure(error) });
  }

  #finish(reason: string, usage: LanguageModelV4Usage): void {
    if (this.#over) return;
    if ((reason === "error" && !this.#marked) || reason === "interrupted") {
      this.#fail("the stream ended without a finish reason");
      return;
    }
    this.#closeBlock();
    this.#over = true;
    this.#events.push(...this.#held, { type: "completed", usage: tokenUsage(usage) });
  }

  #fail(why: string): readonly ModelEvent[] {
    this.#over = true;
    this.#events.push({ type: "failed", failure: brokenStream(why) });
    return this.#events;
  }
}

function isOf(part: Part, kind: "text" | "reasoning"): part is BlockPart {
  return part.type.startsWith(`${kind}-`);
}

/** The `input` of a freeform tool's arguments; a model that wrote none is taken at its word. */
function soleText(text: string): string {
  try {
    const value: unknown = JSON.parse(text);
    if (isJsonObject(value) && typeof value["input"] === "string") return value["input"];
    if (typeof value === "string") return value;
  } catch {
    // Not JSON at all.
  }
  return text;
}

function tokenUsage({ inputTokens, outputTokens }: LanguageModelV4Usage): TokenUsage | null {
  if (inputTokens.total === undefined && outputTokens.total === undefined) return null;
  const input = inputTokens.total ?? 0;
  const output = outputTokens.total ?? 0;
  return {
    input_tokens: input,
    cached_input_tokens: inputTokens.cacheRead ?? 0,
    output_tokens: output,
    reasoning_output_tokens: outputTokens.reasoning ?? 0,
    total_tokens: input + output,
  };
}
