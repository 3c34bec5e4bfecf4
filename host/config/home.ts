import { realpathSync, statSync } from "node:fs";
import { homedir, userInfo } from "node:os";
import { join } from "node:path";
import { HostError } from "../../core/errors.ts";

/**
 * The agent's home folder: `$PORTICO_HOME`, else `$CODEX_HOME`, both of which must exist, else
 * `~/.codex`, which may not.
 */
export function homeFolder(env: Readonly<Record<string, string | undefined>>): string {
  for (const name of ["PORTICO_HOME", "CODEX_HOME"]) {
    const value = env[name];
    if (value === undefined || value === "") continue;
    if (statSync(value, { throwIfNoEntry: false })?.isDirectory() === true) {
      return realpathSync(value);
    }
    throw new HostError("HOME_MISSING", `${name} is ${JSON.stringify(value)}: no such folder`);
  }
  // An empty HOME would make it a folder of the working folder.
  return join(env["HOME"] || homedir() || userInfo().homedir, ".codex");
}
