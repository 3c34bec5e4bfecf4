/** Names that belong to MCP itself, whatever a host answers today. */
const reservedNames = new Set(["initialize", "ping"]);
const reservedPrefixes = [
  "tools",
  "prompts",
  "resources",
  "completion",
  "logging",
  "notifications",
  "server",
  "tasks",
  "subscriptions",
  "elicitation",
  "sampling",
  "roots",
];

/** Why a plugin may not use this name of a method or notification, or undefined. */
export function messageNameProblem(
  name: unknown,
  plugin: string,
  builtin: boolean,
): string | undefined {
  if (typeof name !== "string" || name === "") return "has no name";
  if (/[^!-~]/.test(name)) return "has more than visible ASCII characters in its name";
  if (reservedNames.has(name) || reservedPrefixes.some((each) => name.startsWith(`${each}/`))) {
    return "has a name that MCP reserves";
  }
  if (name.startsWith("rpc.")) return "has a name that JSON-RPC reserves";
  if (!builtin && !name.startsWith(`${plugin}/`)) return `must be named "${plugin}/…"`;
  return undefined;
}

/** Why this is no name of a tool, or undefined (MCP 2025-11-25, server/tools, tool names). */
export function toolNameProblem(name: unknown): string | undefined {
  if (typeof name === "string" && /^[A-Za-z0-9_.-]{1,64}$/.test(name)) return undefined;
  return "must have a name of 1 to 64 letters, digits, _, - and .";
}
