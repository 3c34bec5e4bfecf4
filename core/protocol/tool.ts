import type { z } from "zod";
import type { JsonObject } from "../json.ts";
import type { Deferred, ObjectSchema } from "../schema.ts";
import type { ContentBlock, ToolAnnotations } from "../wire/mcp.ts";

/** An MCP tool: what `tools/list` shows and `tools/call` checks (MCP 2025-11-25, server/tools). */
export interface Tool<
  I extends ObjectSchema = ObjectSchema,
  O extends ObjectSchema | undefined = ObjectSchema | undefined,
> {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** Arguments. `z.strictObject` refuses a misspelt one by name. */
  readonly input: Deferred<I>;
  /**
   * Whatever fits the JSON Schemas of `input` and `output` is taken as it is: no refinements, nothing
   * transformed. Calls of a built-in tool then need no zod.
   */
  readonly plain?: boolean;
  /** Schema of `structuredContent`; shown to clients of 2025-06-18 and later. */
  readonly output?: Deferred<Exclude<O, undefined>>;
  readonly annotations?: ToolAnnotations;
  /** Other spellings of an argument, by the spelling: renamed before the arguments are checked. */
  readonly aliases?: Readonly<Record<string, string>>;
}

/** Declares a tool; its handler infers arguments and structured content from it. */
export function defineTool<I extends ObjectSchema, O extends ObjectSchema | undefined = undefined>(
  tool: Tool<I, O>,
): Tool<I, O> {
  return tool;
}

/**
 * What a tool call returns. A call that ran and failed sets `isError` and says why in its text;
 * with an output schema, success must carry `structuredContent` that fits it.
 */
export type ToolResult<O extends ObjectSchema | undefined = ObjectSchema | undefined> =
  O extends ObjectSchema
    ? ToolResultBase &
        (
          | { isError?: false; structuredContent: z.input<O> }
          | { isError: true; structuredContent?: z.input<O> }
        )
    : ToolResultBase & { isError?: boolean; structuredContent?: JsonObject };

interface ToolResultBase {
  content: ContentBlock[];
  /** The failure as one string at the top level, for clients that predate `isError`. */
  error?: string;
  _meta?: JsonObject;
}

/** A failed tool result with one text. */
export function toolError(text: string): { content: ContentBlock[]; isError: true } {
  return { content: [{ type: "text", text }], isError: true };
}
