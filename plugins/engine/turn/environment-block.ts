import type { ApprovalPolicy, SandboxPolicy } from "../../../core/index.ts";
import { mayUseNetwork } from "../sandbox/policy.ts";

/** Where and how freely the model works, in the layout it knows. Values are not escaped. */
export function environmentBlock(facts: {
  readonly cwd: string;
  readonly approvalPolicy: ApprovalPolicy;
  readonly sandboxPolicy: SandboxPolicy;
  readonly shell: string | undefined;
}): string {
  const { cwd, approvalPolicy, sandboxPolicy, shell } = facts;
  return [
    "<environment_context>",
    `  <cwd>${cwd}</cwd>`,
    `  <approval_policy>${approvalPolicy}</approval_policy>`,
    `  <sandbox_mode>${sandboxPolicy.mode}</sandbox_mode>`,
    `  <network_access>${mayUseNetwork(sandboxPolicy) ? "enabled" : "restricted"}</network_access>`,
    ...writableRootLines(sandboxPolicy),
    ...(shell === undefined ? [] : [`  <shell>${shell}</shell>`]),
    "</environment_context>",
  ].join("\n");
}

function writableRootLines(policy: SandboxPolicy): string[] {
  const roots = policy.mode === "workspace-write" ? (policy.writable_roots ?? []) : [];
  if (roots.length === 0) return [];
  return [
    "  <writable_roots>",
    ...roots.map((root) => `    <root>${root}</root>`),
    "  </writable_roots>",
  ];
}
