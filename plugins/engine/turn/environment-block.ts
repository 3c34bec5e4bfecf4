import type {
  ApprovalPolicy,
  ResponseItem,
  SandboxPolicy,
  TurnOverrides,
} from "../../../core/index.ts";
import { mayUseNetwork } from "../sandbox/policy.ts";
import type { Stance } from "./task.ts";

interface Facts {
  readonly cwd: string;
  readonly approvalPolicy: ApprovalPolicy;
  readonly sandboxPolicy: SandboxPolicy;
}

/** Where and how freely the model works, in the layout it knows. Values are not escaped. */
export function environmentBlock({
  shell,
  ...facts
}: Facts & { readonly shell: string | undefined }): string {
  const shellLine = shell === undefined ? [] : [`  <shell>${shell}</shell>`];
  return block([...Object.values(partsOf(facts)), ...shellLine]);
}

/**
 * A message that says where and how freely the model works, if that is not what it was told last:
 * a turn made it different, or the conversation was resumed so.
 */
export function environmentNews(
  { cwd, settings }: Stance,
  history: readonly ResponseItem[],
): ResponseItem[] {
  const parts = partsOf({ cwd, ...settings });
  const told = toldIn(history);
  if (names.every((name) => parts[name] === told[name])) return [];
  return [message(block(Object.values(parts)))];
}

/** For overrides that come without words: a message about what they make different, and no more. */
export function overrideNews(
  { cwd, settings }: Stance,
  overrides: TurnOverrides,
  history: readonly ResponseItem[],
): ResponseItem[] {
  const parts = partsOf({ cwd, ...settings });
  const told = toldIn(history);
  const news = names.filter((name) => overrides[name] !== undefined && parts[name] !== told[name]);
  return news.length === 0 ? [] : [message(block(news.map((name) => parts[name])))];
}

/** The lines of a block, by what they are about; the shell never changes. */
type Parts = Readonly<Record<keyof Facts, string>>;

const names = ["cwd", "approvalPolicy", "sandboxPolicy"] as const;

function partsOf({ cwd, approvalPolicy, sandboxPolicy }: Facts): Parts {
  const network = mayUseNetwork(sandboxPolicy) ? "enabled" : "restricted";
  return {
    cwd: `  <cwd>${cwd}</cwd>`,
    approvalPolicy: `  <approval_policy>${approvalPolicy}</approval_policy>`,
    sandboxPolicy: [
      `  <sandbox_mode>${sandboxPolicy.mode}</sandbox_mode>`,
      `  <network_access>${network}</network_access>`,
      ...writableRootLines(sandboxPolicy),
    ].join("\n"),
  };
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

const opening = "<environment_context>";

function block(parts: readonly string[]): string {
  return [opening, ...parts, "</environment_context>"].join("\n");
}

function message(text: string): ResponseItem {
  return { type: "message", role: "user", content: [{ type: "input_text", text }] };
}

/** What the model was told last of each; blocks may be partial. */
function toldIn(history: readonly ResponseItem[]): Partial<Parts> {
  let told: Partial<Parts> = {};
  for (const item of history) {
    if (item.type !== "message" || item.role !== "user") continue;
    const [part] = item.content;
    if (part?.type !== "input_text" || !part.text.startsWith(opening)) continue;
    told = { ...told, ...readBlock(part.text) };
  }
  return told;
}

function readBlock(text: string): Partial<Parts> {
  const cwd = /^ {2}<cwd>.*$/m.exec(text)?.[0];
  const approvalPolicy = /^ {2}<approval_policy>.*$/m.exec(text)?.[0];
  // From the mode to the last line that only a sandbox has.
  const sandboxPolicy =
    /^ {2}<sandbox_mode>.*(?:\n {2}<network_access>.*|\n *<\/?(?:writable_)?roots?>.*)*/m.exec(
      text,
    )?.[0];
  return {
    ...(cwd !== undefined && { cwd }),
    ...(approvalPolicy !== undefined && { approvalPolicy }),
    ...(sandboxPolicy !== undefined && { sandboxPolicy }),
  };
}
