import { z } from "zod";
import {
  ApprovalPolicy,
  ConversationError,
  ReasoningEffort,
  ReasoningSummary,
  SandboxMode,
  Verbosity,
} from "../../core/index.ts";
import type { JsonObject, JsonValue, SettingsTree } from "../../core/index.ts";

const count = z.int().nonnegative();
const texts = z.array(z.string());

/**
 * The operator's ceiling, `[requirements]`: what nobody may ask for more than. Strict, as a misspelt
 * limit would be none. The host keeps calls and profiles from setting it.
 */
const RequirementKeys = z.strictObject({
  sandbox_modes: z.array(SandboxMode).min(1).optional(),
  approval_policies: z.array(ApprovalPolicy).min(1).optional(),
  /** False: no command may use the network; true is no limit. */
  network_access: z.boolean().optional(),
});
export type RequirementKeys = z.infer<typeof RequirementKeys>;

/**
 * The engine's keys in the settings; `shapes.json` has the same as JSON Schema. Unknown keys pass:
 * the tree is shared, and other readers have theirs in it.
 */
export const EngineKeys = z.object({
  approval_policy: ApprovalPolicy.optional(),
  sandbox_mode: SandboxMode.optional(),
  requirements: RequirementKeys.optional(),
  sandbox_workspace_write: z
    .object({
      writable_roots: texts.optional(),
      network_access: z.boolean().optional(),
      exclude_tmpdir_env_var: z.boolean().optional(),
      exclude_slash_tmp: z.boolean().optional(),
    })
    .optional(),
  shell_environment_policy: z
    .object({
      inherit: z.enum(["all", "core", "none"]).optional(),
      ignore_default_excludes: z.boolean().optional(),
      exclude: texts.optional(),
      set: z.record(z.string(), z.string()).optional(),
      include_only: texts.optional(),
      experimental_use_profile: z.boolean().optional(),
    })
    .optional(),
  codex_linux_sandbox_exe: z.string().optional(),
  model_reasoning_effort: ReasoningEffort.optional(),
  model_reasoning_summary: ReasoningSummary.optional(),
  model_verbosity: Verbosity.optional(),
  model_context_window: count.optional(),
  // Known, never sent: providers limit an answer themselves.
  model_max_output_tokens: count.optional(),
  experimental_instructions_file: z.string().optional(),
  project_doc_max_bytes: count.optional(),
  project_doc_fallback_filenames: texts.optional(),
  show_raw_agent_reasoning: z.boolean().optional(),
  parallel_tool_calls: z.boolean().optional(),
  notify: texts.min(1).optional(),
  history: z.object({ persistence: z.enum(["save-all", "none"]) }).optional(),
  tools: z
    .object({
      web_search: z.boolean().optional(),
      web_search_request: z.boolean().optional(),
      view_image: z.boolean().optional(),
    })
    .optional(),
});
export type EngineKeys = z.infer<typeof EngineKeys>;

/** Reads the keys with the schema itself. Throws `ConversationError` that names what is wrong. */
export function parseKeys(tree: SettingsTree): EngineKeys {
  const parsed = EngineKeys.safeParse(tree.values);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => describe(issue, tree));
  throw new ConversationError("settings", problems.join("; "));
}

/** One problem as a person needs it: the key, what stands there, where that is from, what should. */
function describe(issue: z.core.$ZodIssue, tree: SettingsTree): string {
  const key = issue.path.join(".");
  const value = JSON.stringify(valueAt(tree.values, issue.path));
  const source = tree.source(key);
  const from = source === undefined ? "" : ` (from ${source})`;
  return `${key} = ${value}${from}: expected ${expectation(issue)}`;
}

function expectation(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_value") return `one of ${issue.values.map(String).join(", ")}`;
  if (issue.code === "invalid_type") return issue.expected;
  return issue.message;
}

function valueAt(values: JsonObject, path: readonly PropertyKey[]): JsonValue | undefined {
  let value: JsonValue | undefined = values;
  for (const step of path) {
    if (typeof value !== "object" || value === null) return undefined;
    value = Array.isArray(value) ? value[Number(step)] : value[String(step)];
  }
  return value;
}
