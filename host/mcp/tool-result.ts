import { isJsonObject } from "../../core/json.ts";
import { resolveDeferred } from "../../core/schema.ts";
import type { Schema } from "../../core/schema.ts";
import { readShape } from "../../core/shape.ts";
import type { ContentBlock } from "../../core/wire/mcp.ts";
import type { RegisteredTool } from "../plugins/registry.ts";
import { shown } from "./shown.ts";

/** The members, all texts, that a block of each type must have. */
const blocks: Readonly<Record<ContentBlock["type"], readonly string[]>> = {
  text: ["text"],
  image: ["data", "mimeType"],
  audio: ["data", "mimeType"],
  resource_link: ["uri", "name"],
  resource: [],
};

/**
 * What is wrong with a tool's result, for its author; `undefined` when it may go to the client. Plain
 * JavaScript has no compiler that would have said so, and clients refuse what is no tool result.
 */
export async function resultProblem(
  { definition, outputSchema }: RegisteredTool,
  result: unknown,
): Promise<string | undefined> {
  if (!isJsonObject(result)) return `${shown(result)} instead of an object`;
  const { content, isError = false, structuredContent } = result;
  if (!Array.isArray(content)) return `"content" is ${shown(content)}, not an array of blocks`;
  for (const [index, block] of content.entries()) {
    const problem = blockProblem(block);
    if (problem !== undefined) return `content[${index}] ${problem}`;
  }
  if (typeof isError !== "boolean") return `"isError" is ${shown(isError)}, not true or false`;
  if (structuredContent !== undefined && !isJsonObject(structuredContent)) {
    return `"structuredContent" is ${shown(structuredContent)}, not an object`;
  }
  if (isError || definition.output === undefined) return undefined;
  if (structuredContent === undefined) return `"structuredContent" is missing, and it has "output"`;
  const isPlain = definition.plain === true && outputSchema !== undefined;
  if (isPlain && readShape(outputSchema, structuredContent) !== undefined) return undefined;
  const schema: Schema = await resolveDeferred<Schema>(definition.output);
  const [issue] = (await schema.safeParseAsync(structuredContent)).error?.issues ?? [];
  if (issue === undefined) return undefined;
  const where = ["structuredContent", ...issue.path].map(String).join(".");
  return `"${where}" does not fit "output": ${issue.message}`;
}

function blockProblem(block: unknown): string | undefined {
  if (!isJsonObject(block)) return `is ${shown(block)}, not a block such as { type: "text", text }`;
  const { type, resource } = block;
  if (typeof type !== "string" || !Object.hasOwn(blocks, type)) {
    return `has the type ${shown(type)}, not one of ${Object.keys(blocks).join(", ")}`;
  }
  // Looked up above.
  const lacking = blocks[type as ContentBlock["type"]].find(
    (name) => typeof block[name] !== "string",
  );
  if (lacking !== undefined) return `is of type ${type} and has no text "${lacking}"`;
  if (type === "resource" && !(isJsonObject(resource) && typeof resource["uri"] === "string")) {
    return `is of type resource and has no "resource" with a "uri"`;
  }
  return undefined;
}
