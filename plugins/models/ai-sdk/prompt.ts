import type {
  LanguageModelV4Message,
  LanguageModelV4Prompt,
  LanguageModelV4TextPart,
  LanguageModelV4FilePart,
  LanguageModelV4ToolResultPart,
} from "@ai-sdk/provider";
import {
  isJsonObject,
  type JsonObject,
  type MessagePart,
  type ModelRequest,
  type ResponseItem,
} from "../../../core/index.ts";
import { responseOf, unpackKeepsake, type Keepsake } from "./keepsake.ts";

type AssistantPart = Extract<LanguageModelV4Message, { role: "assistant" }>["content"][number];
type Metadata = Keepsake["metadata"];

/** How a wire wants its history. */
export interface PromptStyle {
  /** Arguments go back as the text they came as, not as an object. */
  readonly textArguments: boolean;
  /** Thoughts go back only from after the last user message, signed or not. */
  readonly openThoughts: boolean;
}

/** The conversation as the AI SDK wants it: every call with its result, what came together together. */
export function prompt(request: ModelRequest, style: PromptStyle): LanguageModelV4Prompt {
  const builder = new PromptBuilder(request, style);
  request.input.forEach((item, index) => builder.add(item, index));
  return builder.end();
}

class PromptBuilder {
  readonly #style: PromptStyle;
  readonly #messages: LanguageModelV4Message[] = [];
  readonly #outputs: ReadonlyMap<string, string>;
  readonly #callMetadata: ReadonlyMap<string, Metadata>;
  /** Thoughts before this index are not sent, unless signed. */
  readonly #thoughtsFrom: number;
  #parts: AssistantPart[] = [];
  #results: LanguageModelV4ToolResultPart[] = [];
  #response: string | undefined;
  #messageMetadata: Metadata | undefined;

  constructor({ instructions, input }: ModelRequest, style: PromptStyle) {
    this.#style = style;
    this.#outputs = outputsByCall(input);
    this.#callMetadata = metadataByCall(input);
    const lastUser = input.findLastIndex((item) => item.type === "message" && item.role === "user");
    this.#thoughtsFrom = lastUser === input.length - 1 ? Infinity : lastUser;
    if (instructions !== "") {
      const providerOptions = { anthropic: { cacheControl: { type: "ephemeral" } } };
      this.#messages.push({ role: "system", content: instructions, providerOptions });
    }
  }

  add(item: ResponseItem, index: number): void {
    switch (item.type) {
      case "message":
        return item.role === "assistant" ? this.#said(item) : this.#asked(item.content);
      case "reasoning":
        return this.#thought(item, index);
      case "function_call":
        return this.#called(item.call_id, item.name, {
          item,
          input: this.#arguments(item.arguments),
        });
      case "custom_tool_call": {
        const input = { input: item.input };
        const text = this.#style.textArguments ? JSON.stringify(input) : input;
        return this.#called(item.call_id, item.name, { item, input: text });
      }
      case "local_shell_call": {
        const { command, working_directory: workdir, timeout_ms } = item.action;
        const input = {
          command,
          workdir: workdir ?? undefined,
          timeout_ms: timeout_ms ?? undefined,
        };
        const text = this.#style.textArguments ? JSON.stringify(input) : input;
        return this.#called(item.call_id ?? item.id ?? "", "shell", { item, input: text });
      }
      // Outputs are placed with their calls.
      case "function_call_output":
      case "custom_tool_call_output":
      case "web_search_call":
        return;
    }
  }

  end(): LanguageModelV4Prompt {
    this.#flush();
    const last = this.#messages.at(-1);
    // Lets Anthropic read all that came before from its cache the next time.
    if (last !== undefined)
      last.providerOptions = { anthropic: { cacheControl: { type: "ephemeral" } } };
    return this.#messages;
  }

  #asked(content: readonly MessagePart[]): void {
    this.#flush();
    const parts = content.map(userPart).filter((part) => part !== undefined);
    if (parts.length > 0) this.#messages.push({ role: "user", content: parts });
  }

  #said({ id, content }: Extract<ResponseItem, { type: "message" }>): void {
    const text = content.map((part) => ("text" in part ? part.text : "")).join("");
    const metadata = this.#messageMetadata;
    this.#messageMetadata = undefined;
    if (text === "" && metadata === undefined) return;
    this.#assistant(
      { type: "text", text, ...(metadata && { providerOptions: metadata }) },
      responseOf(id),
    );
  }

  #thought(item: Extract<ResponseItem, { type: "reasoning" }>, index: number): void {
    const keepsake = unpackKeepsake(item.encrypted_content);
    if (keepsake?.of === "message") this.#messageMetadata = keepsake.metadata;
    if (keepsake !== undefined && keepsake.of !== "reasoning") return;
    const text = (item.content ?? item.summary).map((part) => part.text).join("\n");
    if (keepsake === undefined && !(this.#style.openThoughts && index > this.#thoughtsFrom)) return;
    const options = keepsake === undefined ? {} : { providerOptions: keepsake.metadata };
    this.#assistant({ type: "reasoning", text, ...options }, responseOf(item.id));
  }

  #called(
    id: string,
    name: string,
    { item, input }: { item: { id?: string | null | undefined }; input: unknown },
  ): void {
    const metadata = this.#callMetadata.get(id);
    this.#assistant(
      {
        type: "tool-call",
        toolCallId: id,
        toolName: name,
        input,
        ...(metadata && { providerOptions: metadata }),
      },
      responseOf(item.id),
    );
    // No provider takes a call without its result: one that was cut off is told as such.
    const value = this.#outputs.get(id) ?? "aborted";
    this.#results.push({
      type: "tool-result",
      toolCallId: id,
      toolName: name,
      output: { type: "text", value },
    });
  }

  #assistant(part: AssistantPart, response: string | undefined): void {
    // Calls of one response stay in one message, though each output was recorded behind its call.
    const together = response !== undefined && response === this.#response;
    if (this.#results.length > 0 && !together) this.#flush();
    this.#response = response;
    this.#parts.push(part);
  }

  #flush(): void {
    if (this.#parts.length > 0) this.#messages.push({ role: "assistant", content: this.#parts });
    if (this.#results.length > 0) this.#messages.push({ role: "tool", content: this.#results });
    this.#parts = [];
    this.#results = [];
  }

  #arguments(text: string): unknown {
    const written = objectIn(text);
    if (!this.#style.textArguments) return written ?? { arguments: text };
    // Ollama, vLLM and llama.cpp parse what they get back: bad JSON would fail every later request.
    if (text === "") return "{}";
    return written === undefined ? JSON.stringify({ arguments: text }) : text;
  }
}

/** The object that the model wrote, if that is what it wrote. */
function objectIn(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(text === "" ? "{}" : text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function outputsByCall(input: readonly ResponseItem[]): Map<string, string> {
  const outputs = new Map<string, string>();
  for (const item of input) {
    if ("output" in item) outputs.set(item.call_id, item.output);
  }
  return outputs;
}

function metadataByCall(input: readonly ResponseItem[]): Map<string, Metadata> {
  const found = new Map<string, Metadata>();
  for (const item of input) {
    if (item.type !== "reasoning") continue;
    const keepsake = unpackKeepsake(item.encrypted_content);
    if (typeof keepsake?.of === "object") found.set(keepsake.of.call, keepsake.metadata);
  }
  return found;
}

function userPart(
  part: MessagePart,
): LanguageModelV4TextPart | LanguageModelV4FilePart | undefined {
  if (part.type !== "input_image") {
    return part.text === "" ? undefined : { type: "text", text: part.text };
  }
  const data = /^data:([^;,]+);base64,(.*)$/s.exec(part.image_url);
  if (data !== null) {
    return {
      type: "file",
      mediaType: data[1] ?? "image",
      data: { type: "data", data: data[2] ?? "" },
    };
  }
  if (!URL.canParse(part.image_url))
    return { type: "text", text: "[an image that cannot be read]" };
  return { type: "file", mediaType: "image", data: { type: "url", url: new URL(part.image_url) } };
}
