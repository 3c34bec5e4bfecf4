import { isAbsolute, resolve } from "node:path";
import { readShape } from "../../core/index.ts";
import type {
  ApprovalPolicy,
  ConversationRequest,
  ReasoningEffort,
  ReasoningSummary,
  SandboxMode,
  SandboxPolicy,
  SettingsTree,
  TurnOverrides,
  Verbosity,
} from "../../core/index.ts";
import type { ShellEnvironmentPolicy } from "./exec/environment.ts";
import {
  refuseAbove,
  refusePrograms,
  requirementsOf,
  wishOf,
  type Requirements,
} from "./requirements.ts";
import type { EngineKeys } from "./settings-schema.ts";
import shapes from "./shapes.json" with { type: "json" };

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

/**
 * The engine's part of the settings; what the request says beats them. Rejects with
 * `ConversationError` of kind `settings` that names key, value and what was expected.
 */
export async function readSettings(
  tree: SettingsTree,
  request: ConversationRequest,
  cwd: string,
): Promise<EngineSettings> {
  const keys = await readKeys(tree);
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

/** Whether the person's messages may be kept. Rejects as `readSettings` does. */
export async function keepsHistory(tree: SettingsTree): Promise<boolean> {
  return (await readKeys(tree)).history?.persistence !== "none";
}

/** What fits needs no zod; what does not is told by the schema. */
async function readKeys(tree: SettingsTree): Promise<EngineKeys> {
  const keys = readShape<EngineKeys>(shapes.engineKeys, tree.values);
  return keys ?? (await import("./settings-schema.ts")).parseKeys(tree);
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
