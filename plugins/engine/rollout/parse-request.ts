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

/** Reads back what `recordedRequest` kept; a record that somebody changed asks for nothing. */
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
