import { z } from "zod";

// Looser than MCP on purpose: one strange tool, or one block of a kind to come, costs nothing else.

const ListedTool = z.looseObject({
  name: z.string().min(1),
  description: z.string().optional().catch(undefined),
  inputSchema: z.unknown().optional(),
  annotations: z.looseObject({ readOnlyHint: z.boolean().optional() }).optional().catch(undefined),
});
export type ListedTool = z.infer<typeof ListedTool>;

/** One page of `tools/list` (MCP 2025-11-25, server/tools). */
export const ToolPage = z.looseObject({
  tools: z.array(ListedTool),
  nextCursor: z.string().optional().catch(undefined),
});

/** The result of `tools/call` (MCP 2025-11-25, server/tools). */
export const CallResult = z.looseObject({
  content: z.array(z.looseObject({ type: z.string() })).default([]),
  structuredContent: z.unknown().optional(),
});
export type CallResult = z.infer<typeof CallResult>;
