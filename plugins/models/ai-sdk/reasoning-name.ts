import { isJsonObject } from "../../../core/index.ts";

type Body = Record<string, unknown>;

/**
 * The name that a chat server has for its thoughts. Most say `reasoning`, some `reasoning_content`,
 * which some of those insist on getting back; the library always writes the latter.
 */
export class ReasoningName {
  #name = "reasoning";

  /** Learns the name from a chunk of an answer. */
  learn(chunk: unknown): void {
    const choices = isJsonObject(chunk) ? chunk["choices"] : undefined;
    const choice: unknown = Array.isArray(choices) ? choices[0] : undefined;
    const delta = isJsonObject(choice) ? choice["delta"] : undefined;
    if (!isJsonObject(delta)) return;
    if (typeof delta["reasoning_content"] === "string") this.#name = "reasoning_content";
    else if (typeof delta["reasoning"] === "string") this.#name = "reasoning";
  }

  /** The request's body with the thoughts under the server's name for them. */
  apply(body: Body): Body {
    const messages: unknown = body["messages"];
    if (!Array.isArray(messages)) return body;
    return { ...body, messages: messages.map((message) => this.#renamed(message)) };
  }

  #renamed(message: unknown): unknown {
    if (!isJsonObject(message) || message["reasoning_content"] === undefined) return message;
    const { reasoning_content: reasoning, ...rest } = message;
    return { ...rest, [this.#name]: reasoning };
  }
}
