import { ConversationError, isJsonObject } from "../../core/index.ts";
import type {
  ApprovalPolicy,
  ConversationRequest,
  SandboxMode,
  SandboxPolicy,
  SettingsTree,
} from "../../core/index.ts";
import type { RequirementKeys } from "./settings-schema.ts";

/** The ceiling and the place it is written at, for whoever is refused. */
export interface Requirements {
  readonly sandboxModes: readonly SandboxMode[] | undefined;
  readonly approvalPolicies: readonly ApprovalPolicy[] | undefined;
  readonly network: boolean;
  readonly file: string;
}

/** How freely a conversation or a turn wants to work, and how each wish was worded. */
export interface Wish {
  readonly approvalPolicy: ApprovalPolicy;
  readonly sandboxPolicy: SandboxPolicy;
  readonly wording?: { readonly approval: string; readonly sandbox: string };
}

export function requirementsOf(keys: RequirementKeys | undefined, tree: SettingsTree) {
  if (keys === undefined) return undefined;
  const requirements: Requirements = {
    sandboxModes: keys.sandbox_modes,
    approvalPolicies: keys.approval_policies,
    network: keys.network_access ?? true,
    file: tree.source("requirements") ?? "the configuration",
  };
  return requirements;
}

/** The wishes of a conversation and where they come from; a default is named as such. */
export function wishOf(
  { approvalPolicy, sandboxPolicy }: Omit<Wish, "wording">,
  request: ConversationRequest,
  tree: SettingsTree,
): Wish {
  const configured = (key: string, value: string) => {
    const source = tree.source(key);
    if (source !== undefined) return `${key} = ${JSON.stringify(value)} (from ${source})`;
    return tree.values[key] === undefined
      ? `the default ${key} ${JSON.stringify(value)}, as nothing else is configured,`
      : `${key} = ${JSON.stringify(value)}`;
  };
  const wording = {
    approval:
      request.approvalPolicy === undefined
        ? configured("approval_policy", approvalPolicy)
        : `approval policy ${JSON.stringify(approvalPolicy)}`,
    sandbox:
      request.sandbox === undefined
        ? configured("sandbox_mode", sandboxPolicy.mode)
        : `sandbox ${JSON.stringify(sandboxPolicy.mode)}`,
  };
  return { approvalPolicy, sandboxPolicy, wording };
}

/**
 * Throws `ConversationError` of kind `settings` that names what is asked for and the limit it is
 * above. Nothing is lowered: whoever asks shall know what they do not get.
 */
export function refuseAbove(requirements: Requirements | undefined, wish: Wish): void {
  if (requirements === undefined) return;
  const { sandboxModes, approvalPolicies, network, file } = requirements;
  const { approvalPolicy, sandboxPolicy } = wish;
  const { mode } = sandboxPolicy;
  const approval = wish.wording?.approval ?? `approval policy ${JSON.stringify(approvalPolicy)}`;
  const sandbox = wish.wording?.sandbox ?? `sandbox ${JSON.stringify(mode)}`;
  const problems: string[] = [];
  const above = (what: string, limit: string, allowed: string) =>
    problems.push(`${what} is above [requirements].${limit} (${allowed}) of ${file}`);

  if (sandboxModes !== undefined && !sandboxModes.includes(mode)) {
    above(sandbox, "sandbox_modes", sandboxModes.join(", "));
  }
  if (approvalPolicies !== undefined && !approvalPolicies.includes(approvalPolicy)) {
    above(approval, "approval_policies", approvalPolicies.join(", "));
  }
  if (!network && mode === "danger-full-access") above(sandbox, "network_access", "false");
  if (!network && mode === "workspace-write" && sandboxPolicy.network_access) {
    above("sandbox_workspace_write.network_access = true", "network_access", "false");
  }
  if (problems.length > 0) throw new ConversationError("settings", problems.join("; "));
}

// These start programs of their own, outside of every sandbox.
const programKeys = ["codex_linux_sandbox_exe", "notify", "mcp_servers"];

/**
 * Under a ceiling a call may not have programs started that no sandbox holds: it would be a way
 * around it. What the file or the operator's `-c` sets stays. Throws as `refuseAbove`.
 */
export function refusePrograms(requirements: Requirements | undefined, tree: SettingsTree): void {
  if (requirements?.sandboxModes === undefined) return;
  if (requirements.sandboxModes.includes("danger-full-access")) return;
  const key = [...programKeys, ...packageKeys(tree)].find((name) => tree.source(name) === "config");
  if (key === undefined) return;
  throw new ConversationError(
    "settings",
    `${key} in the config of a call may start programs outside of the sandbox, which is above [requirements].sandbox_modes (${requirements.sandboxModes.join(", ")}) of ${requirements.file}`,
  );
}

/** Packages of the AI SDK run in this process; a dot in an id leaves only the whole table to ask about. */
function packageKeys({ values }: SettingsTree): string[] {
  const providers = values["model_providers"];
  if (!isJsonObject(providers)) return [];
  const named = Object.entries(providers).filter(
    ([, table]) => isJsonObject(table) && table["ai_sdk"] !== undefined,
  );
  return named.map(([id]) =>
    id.includes(".") ? "model_providers" : `model_providers.${id}.ai_sdk`,
  );
}

/** The ceiling in one line, for people. */
export function describeRequirements(requirements: Requirements): string {
  const { sandboxModes, approvalPolicies, network, file } = requirements;
  const limits = [
    ...(sandboxModes === undefined ? [] : [`sandbox mode ${sandboxModes.join(", ")}`]),
    ...(approvalPolicies === undefined ? [] : [`approval policy ${approvalPolicies.join(", ")}`]),
    ...(network ? [] : ["no network for commands"]),
  ];
  return `${limits.length === 0 ? "none" : limits.join("; ")} (from ${file})`;
}
