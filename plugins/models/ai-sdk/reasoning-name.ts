import { isJsonObject } from "../../../core/index.ts";

/**
 * Sends thoughts back as `reasoning`, the name that most chat servers use, where the library writes
 * `reasoning_content`; and leaves out what an empty list of tools would mean.
 */
export function renameReasoning(body: Record<string, unknown>): Record<string, unknown> {
  const messages: unknown = body["messages"];
  if (!Array.isArray(messages)) return body;
  return { ...body, messages: messages.map(renamed) };
}

function renamed(message: unknown): unknown {
  if (!isJsonObject(message) || message["reasoning_content"] === undefined) return message;
  const { reasoning_content: reasoning, ...rest } = message;
  return { ...rest, reasoning };
}
