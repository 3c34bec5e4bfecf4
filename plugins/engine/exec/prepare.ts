import { nestedEnvironment } from "../../../core/index.ts";
import { mayUseNetwork } from "../sandbox/policy.ts";
import type { EngineSettings } from "../settings.ts";
import { commandEnvironment } from "./environment.ts";
import { loginShell, withProfile } from "./login-shell.ts";
import type { RunRequest } from "./run.ts";
import { marked } from "./stragglers.ts";

/** A command as it is executed: in the person's shell if they want that, with the environment of the settings. */
export function prepareCommand(
  command: readonly string[],
  { sandboxPolicy, shellEnvironment, useShellProfile }: EngineSettings,
  env: Readonly<Record<string, string | undefined>>,
): Pick<RunRequest, "command" | "env"> {
  const shell = useShellProfile ? loginShell() : undefined;
  return {
    command: shell === undefined ? command : withProfile(command, shell),
    env: marked({
      ...commandEnvironment(env, shellEnvironment, mayUseNetwork(sandboxPolicy)),
      ...nestedEnvironment(env),
    }),
  };
}
