import type { Environment, Finding, Settings } from "../../core/index.ts";
import { openSandbox } from "./sandbox/index.ts";
import { readSettings } from "./settings.ts";

/** Whether commands can be sandboxed here, and what is missing if not. */
export async function examineSandbox(
  settings: Settings,
  { cwd, env }: Environment,
): Promise<Finding[]> {
  const { sandboxHelper, sandboxPolicy } = readSettings(await settings.load(), {}, cwd);
  const probe = await openSandbox({ env, helperPath: sandboxHelper }).probe();
  const mode = `mode ${sandboxPolicy.mode}`;
  if (probe.available) {
    return [{ level: "ok", subject: "sandbox", message: `${probe.mechanism}, ${mode}` }];
  }
  const problem = probe.problem ?? "no mechanism was found";
  return [
    {
      level: "warning",
      subject: "sandbox",
      message: `${problem}; ${mode}: commands are not run without a yes for each`,
      ...(probe.help !== undefined && { help: probe.help }),
    },
  ];
}
