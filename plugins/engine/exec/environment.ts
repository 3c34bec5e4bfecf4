/** The `shell_environment_policy` table of the settings. */
export interface ShellEnvironmentPolicy {
  readonly inherit: "all" | "core" | "none";
  readonly ignoreDefaultExcludes: boolean;
  readonly exclude: readonly string[];
  readonly set: Readonly<Record<string, string>>;
  readonly includeOnly: readonly string[];
}

const coreNames = new Set([
  "HOME",
  "LOGNAME",
  "PATH",
  "SHELL",
  "USER",
  "USERNAME",
  "TMPDIR",
  "TEMP",
  "TMP",
]);
const secretNames = ["*KEY*", "*SECRET*", "*TOKEN*"];

/** The whole environment of a command, made from ours by the policy's steps, in their fixed order. */
export function commandEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  policy: ShellEnvironmentPolicy,
  networkAllowed: boolean,
): Record<string, string> {
  const kept = new Map<string, string>();
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined || policy.inherit === "none") continue;
    if (policy.inherit === "all" || coreNames.has(name)) kept.set(name, value);
  }

  if (!policy.ignoreDefaultExcludes) drop(kept, matcher(secretNames));
  drop(kept, matcher(policy.exclude));
  // Names a person sets on purpose pass the excludes above, but not the list of names below.
  for (const [name, value] of Object.entries(policy.set)) kept.set(name, value);
  if (policy.includeOnly.length > 0) {
    const wanted = matcher(policy.includeOnly);
    drop(kept, (name) => !wanted(name));
  }

  if (!networkAllowed) kept.set("CODEX_SANDBOX_NETWORK_DISABLED", "1");
  return Object.fromEntries(kept);
}

function drop(variables: Map<string, string>, unwanted: (name: string) => boolean): void {
  for (const name of variables.keys()) if (unwanted(name)) variables.delete(name);
}

/** Patterns match whole names in any case; `*` is any text, `?` any one character. */
function matcher(patterns: readonly string[]): (name: string) => boolean {
  const tests = patterns.map((pattern) => new RegExp(`^${patternSource(pattern)}$`, "isu"));
  return (name) => tests.some((test) => test.test(name));
}

function patternSource(pattern: string): string {
  const literal = pattern.replaceAll(/[\\^$.|+()[\]{}/]/g, "\\$&");
  return literal.replaceAll("*", ".*").replaceAll("?", ".");
}
