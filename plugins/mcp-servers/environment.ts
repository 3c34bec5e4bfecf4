import { nestedEnvironment } from "../../core/index.ts";
import type { Environment } from "../../core/index.ts";

// A server is a stranger's program: keys and tokens of ours reach it only if the person says so.
const inherited = [
  "HOME",
  "LOGNAME",
  "PATH",
  "SHELL",
  "USER",
  "__CF_USER_TEXT_ENCODING",
  "LANG",
  "LC_ALL",
  "TERM",
  "TMPDIR",
  "TZ",
];

/** The whole environment of a server's process; `own` is what its settings give it. */
export function serverEnvironment(
  env: Environment["env"],
  own: Readonly<Record<string, string>>,
): Record<string, string> {
  const kept = inherited.flatMap((name) => {
    const value = env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(kept), ...own, ...nestedEnvironment(env) };
}
