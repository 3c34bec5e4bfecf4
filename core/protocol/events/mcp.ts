import { z } from "zod";
import { Duration } from "./exec.ts";

const Invocation = z.object({
  server: z.string(),
  tool: z.string(),
  arguments: z.record(z.string(), z.unknown()).nullable(),
});

const CallResult = z.union([
  z.object({
    Ok: z
      .looseObject({ content: z.array(z.looseObject({ type: z.string() })) })
      .meta({ description: "The tool's result as it came, one with `isError` too." }),
  }),
  z.object({ Err: z.string() }),
]);

/** Calls of tools that external MCP servers have. */
export const McpEvents = [
  z.object({ type: z.literal("mcp_tool_call_begin"), call_id: z.string(), invocation: Invocation }),
  z.object({
    type: z.literal("mcp_tool_call_end"),
    call_id: z.string(),
    invocation: Invocation,
    duration: Duration,
    result: CallResult,
  }),
] as const;
