import { z } from "zod";
import { ApprovalPolicy, SandboxMode } from "../../../core/index.ts";
import type { ConversationRequest, JsonObject } from "../../../core/index.ts";

const Request = z.object({
  cwd: z.string().optional(),
  model: z.string().optional(),
  modelProvider: z.string().optional(),
  profile: z.string().optional(),
  approvalPolicy: ApprovalPolicy.optional(),
  sandbox: SandboxMode.optional(),
  config: z.record(z.string(), z.json()).optional(),
  baseInstructions: z.string().optional(),
  developerInstructions: z.string().optional(),
  compactPrompt: z.string().optional(),
  includePlanTool: z.boolean().optional(),
  includeApplyPatchTool: z.boolean().optional(),
});

// Tables where keys and tokens are written; they are read from the configuration again.
const secretTables = ["model_providers", "mcp_servers"];

/** How a conversation was asked to be, for its record; who asked is left out, and so are secrets. */
export function recordedRequest(request: ConversationRequest, cwd: string): JsonObject {
  const { client: _, config, ...rest } = request;
  const kept = Object.entries(config ?? {}).filter(
    ([key]) => !secretTables.some((table) => key === table || key.startsWith(`${table}.`)),
  );
  return { ...rest, cwd, ...(kept.length > 0 && { config: Object.fromEntries(kept) }) };
}

/** The same read back; a record that somebody changed asks for nothing. */
export function parseRequest(payload: JsonObject): ConversationRequest {
  const parsed = Request.safeParse(payload);
  // The schema allows undefined members, JSON has none.
  return parsed.success ? (parsed.data as ConversationRequest) : {};
}
