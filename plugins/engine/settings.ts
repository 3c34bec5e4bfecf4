import { isAbsolute, resolve } from "node:path";
import { z } from "zod";
import {
  ApprovalPolicy,
  ConversationError,
  ReasoningEffort,
  ReasoningSummary,
  SandboxMode,
  Verbosity,
} from "../../core/index.ts";
import type {
  ConversationRequest,
  JsonObject,
  JsonValue,
  SandboxPolicy,
  SettingsTree,
  TurnOverrides,
} from "../../core/index.ts";
import type { ShellEnvironmentPolicy } from "./exec/environment.ts";
import {
  refuseAbove,
  refusePrograms,
  RequirementKeys,
  requirementsOf,
  wishOf,
  type Requirements,
} from "./requirements.ts";

/** What one conversation goes by, settled from its request and the configuration. */
export interface EngineSettings {
  readonly approvalPolicy: ApprovalPolicy;
  readonly sandboxPolicy: SandboxPolicy;
  /** The operator's ceiling; these settings are below it, later changes have to be checked too. */
  readonly requirements: Requirements | undefined;
  readonly effort: ReasoningEffort | undefined;
  readonly summary: ReasoningSummary;
  readonly verbosity: Verbosity | undefined;
  /** Tokens. */
  readonly contextWindow: number | undefined;
  readonly shellEnvironment: ShellEnvironmentPolicy;
  /** Commands run in the person's login shell, after its start-up file. */
  readonly useShellProfile: boolean;
  readonly sandboxHelper: string | undefined;
  readonly instructionsFile: string | undefined;
  /** Bytes; 0 turns project documents off. */
  readonly projectDocLimit: number;
  readonly projectDocNames: readonly string[];
  readonly showRawReasoning: boolean;
  /** Program and arguments that are told of each completed task. */
  readonly notify: readonly string[] | undefined;
  readonly tools: ToolSettings;
  /** Whether the model is asked to make several calls in one answer. */
  readonly parallelToolCalls: boolean;
}

/** Which of the optional tools the model is offered. */
export interface ToolSettings {
  readonly plan: boolean;
  readonly patch: boolean;
  readonly webSearch: boolean;
  readonly viewImage: boolean;
}

const count = z.int().nonnegative();
const texts = z.array(z.string());

// Unknown keys pass: the tree is shared, and other readers have theirs in it.
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

/**
 * The engine's part of the settings; what the request says beats them. Throws `ConversationError`
 * of kind `settings` that names key, value and what was expected.
 */
export function readSettings(
  tree: SettingsTree,
  request: ConversationRequest,
  cwd: string,
): EngineSettings {
  const keys = parseKeys(tree);
  const requirements = requirementsOf(keys.requirements, tree);
  const policies = {
    approvalPolicy: request.approvalPolicy ?? keys.approval_policy ?? "on-request",
    sandboxPolicy: sandboxPolicy(request.sandbox ?? keys.sandbox_mode ?? "read-only", keys, cwd),
  };
  refuseAbove(requirements, wishOf(policies, request, tree));
  refusePrograms(requirements, tree);
  return {
    ...policies,
    requirements,
    effort: keys.model_reasoning_effort,
    summary: keys.model_reasoning_summary ?? "auto",
    verbosity: keys.model_verbosity,
    contextWindow: keys.model_context_window,
    shellEnvironment: shellEnvironment(keys),
    useShellProfile: keys.shell_environment_policy?.experimental_use_profile ?? false,
    sandboxHelper: keys.codex_linux_sandbox_exe,
    instructionsFile: keys.experimental_instructions_file,
    projectDocLimit: keys.project_doc_max_bytes ?? 32_768,
    projectDocNames: keys.project_doc_fallback_filenames ?? [],
    showRawReasoning: keys.show_raw_agent_reasoning ?? false,
    parallelToolCalls: keys.parallel_tool_calls ?? false,
    notify: keys.notify,
    tools: {
      plan: request.includePlanTool ?? false,
      patch: request.includeApplyPatchTool ?? false,
      webSearch: keys.tools?.web_search ?? keys.tools?.web_search_request ?? false,
      viewImage: keys.tools?.view_image ?? true,
    },
  };
}

/** The settings with what a turn makes different. Throws as `readSettings` does. */
export function withOverrides(
  settings: EngineSettings,
  overrides: TurnOverrides,
  cwd: string,
): EngineSettings {
  const { approvalPolicy, sandboxPolicy, effort, summary } = overrides;
  const changed = {
    ...settings,
    ...(approvalPolicy !== undefined && { approvalPolicy }),
    ...(sandboxPolicy !== undefined && { sandboxPolicy: absoluteRoots(sandboxPolicy, cwd) }),
    ...(effort !== undefined && { effort: effort ?? undefined }),
    ...(summary !== undefined && { summary }),
  };
  refuseAbove(settings.requirements, changed);
  return changed;
}

/** Whether the person's messages may be kept. Throws as `readSettings` does. */
export function keepsHistory(tree: SettingsTree): boolean {
  return parseKeys(tree).history?.persistence !== "none";
}

function parseKeys(tree: SettingsTree): EngineKeys {
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

function sandboxPolicy(mode: SandboxMode, keys: EngineKeys, cwd: string): SandboxPolicy {
  if (mode !== "workspace-write") return { mode };
  const table = keys.sandbox_workspace_write;
  const roots = (table?.writable_roots ?? []).map((root) =>
    isAbsolute(root) ? root : resolve(cwd, root),
  );
  return {
    mode,
    ...(roots.length > 0 && { writable_roots: roots }),
    network_access: table?.network_access ?? false,
    exclude_tmpdir_env_var: table?.exclude_tmpdir_env_var ?? false,
    exclude_slash_tmp: table?.exclude_slash_tmp ?? false,
  };
}

function absoluteRoots(policy: SandboxPolicy, cwd: string): SandboxPolicy {
  if (policy.mode !== "workspace-write" || policy.writable_roots === undefined) return policy;
  return { ...policy, writable_roots: policy.writable_roots.map((root) => resolve(cwd, root)) };
}

function shellEnvironment(keys: EngineKeys): ShellEnvironmentPolicy {
  const table = keys.shell_environment_policy;
  return {
    inherit: table?.inherit ?? "all",
    ignoreDefaultExcludes: table?.ignore_default_excludes ?? false,
    exclude: table?.exclude ?? [],
    set: table?.set ?? {},
    includeOnly: table?.include_only ?? [],
  };
}
