import { z } from "zod";
import {
  ApprovalPolicy,
  ReasoningEffort,
  ReasoningSummary,
  SandboxMode,
  SandboxPolicy,
} from "../../../core/index.ts";
import type { ConversationRequest, JsonObject, TurnOverrides } from "../../../core/index.ts";

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
  anyCwd: z.boolean().optional(),
});

const Overrides = z.object({
  cwd: z.string().optional(),
  approvalPolicy: ApprovalPolicy.optional(),
  sandboxPolicy: SandboxPolicy.optional(),
  model: z.string().optional(),
  effort: ReasoningEffort.nullable().optional(),
  summary: ReasoningSummary.optional(),
});

// Tables where keys and tokens are written; they are read from the configuration again.
const secretTables = ["model_providers", "mcp_servers"];

/** How a conversation shall be, for its record; who asked is left out, and so are secrets. */
export function recordedRequest(
  request: ConversationRequest,
  { cwd, overrides = {} }: { readonly cwd: string; readonly overrides?: TurnOverrides },
): JsonObject {
  const { client: _, config, ...rest } = request;
  const kept = Object.entries(config ?? {}).filter(
    ([key]) => !secretTables.some((table) => key === table || key.startsWith(`${table}.`)),
  );
  return {
    ...rest,
    cwd,
    ...(kept.length > 0 && { config: Object.fromEntries(kept) }),
    ...(Object.keys(overrides).length > 0 && { overrides: { ...overrides } }),
  };
}

/** The request read back; a record that somebody changed asks for nothing. */
export function parseRequest(payload: JsonObject): ConversationRequest {
  const parsed = Request.safeParse(payload);
  // The schema allows undefined members, JSON has none.
  return parsed.success ? (parsed.data as ConversationRequest) : {};
}

/** What turns had made different by then, with the same caution. */
export function parseOverrides({ overrides }: JsonObject): TurnOverrides {
  const parsed = Overrides.safeParse(overrides ?? {});
  // As above.
  return parsed.success ? (parsed.data as TurnOverrides) : {};
}
