import type { ApprovalPolicy, ResponseItem, SandboxPolicy } from "../../../core/index.ts";
import { mayUseNetwork } from "../sandbox/policy.ts";
import type { Stance } from "./task.ts";

/**
 * A message that says where and how freely the model works, if that is not what it was told last:
 * a turn made it different, or the conversation was resumed so.
 */
export function environmentNews(
  { cwd, settings }: Stance,
  history: readonly ResponseItem[],
): ResponseItem[] {
  const text = environmentBlock({ cwd, ...settings, shell: undefined });
  if (text === lastTold(history)) return [];
  return [{ type: "message", role: "user", content: [{ type: "input_text", text }] }];
}

/** The last block in a history, without its shell: that never changes. */
function lastTold(history: readonly ResponseItem[]): string | undefined {
  for (let at = history.length - 1; at >= 0; at -= 1) {
    const item = history[at];
    if (item?.type !== "message" || item.role !== "user") continue;
    const [part] = item.content;
    if (part?.type !== "input_text" || !part.text.startsWith("<environment_context>")) continue;
    return part.text.replace(/\n {2}<shell>.*<\/shell>/, "");
  }
  return undefined;
}

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
