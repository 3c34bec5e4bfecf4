// An agent may start programs that serve agents themselves, this one included. The depth travels in
// the environment of every process a conversation starts, so that a circle comes to an end.
const variable = "PORTICO_DEPTH";

/** How many conversations within each other there may be below the first one. */
export const maxNestingDepth = 3;

/** How many conversations the process of this environment runs inside of: 0 for the first. */
export function nestingDepth(env: Readonly<Record<string, string | undefined>>): number {
  const value = env[variable] ?? "";
  return /^\d{1,9}$/.test(value) ? Number(value) : 0;
}

/** What the environment of a process that a conversation starts must hold. */
export function nestedEnvironment(
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  return { [variable]: String(nestingDepth(env) + 1) };
}
