import type { Environment, Finding, Settings } from "../../core/index.ts";
import { openSandbox, type SandboxProbe } from "./sandbox/index.ts";
import { describeRequirements, type Requirements } from "./requirements.ts";
import { readSettings } from "./settings.ts";

/**
 * Whether commands can be sandboxed here, what is missing if not, and the operator's ceiling. Rejects
 * with `ConversationError` where the settings cannot be used, such as a default above the ceiling.
 */
export async function examineSandbox(
  settings: Settings,
  { cwd, env }: Environment,
): Promise<Finding[]> {
  const read = await readSettings(await settings.load(), {}, cwd);
  const probe = await openSandbox({ env, helperPath: read.sandboxHelper }).probe();
  return [
    sandboxFinding(probe, `mode ${read.sandboxPolicy.mode}`),
    ...(read.requirements === undefined ? [] : [requirementsFinding(read.requirements)]),
  ];
}

function sandboxFinding(probe: SandboxProbe, mode: string): Finding {
  const help = probe.help === undefined ? {} : { help: probe.help };
  const subject = "sandbox";
  if (!probe.available) {
    const problem = probe.problem ?? "no mechanism was found";
    const message = `${problem}; ${mode}: commands are not run without a yes for each`;
    return { level: "warning", subject, message, ...help };
  }
  if (probe.weaker === undefined) {
    return { level: "ok", subject, message: `${probe.mechanism}, ${mode}` };
  }
  const message = `${probe.mechanism}, ${mode}; ${probe.weaker}`;
  return { level: "warning", subject, message, ...help };
}

function requirementsFinding(requirements: Requirements): Finding {
  return { level: "ok", subject: "requirements", message: describeRequirements(requirements) };
}
