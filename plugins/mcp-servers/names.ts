import { createHash } from "node:crypto";

/** Why no server can have this name, or undefined. */
export function serverNameProblem(name: string): string | undefined {
  return /^[a-zA-Z0-9_-]+$/.test(name) ? undefined : "its name has more than letters, digits, _, -";
}

const longest = 64;
const keptStart = 24;

/**
 * The name under which the model knows a server's tool. Providers allow 64 characters: a longer name
 * keeps its start and ends in the SHA-1 of the whole.
 */
export function qualifiedName(server: string, tool: string): string {
  const full = `${server}__${tool}`;
  // Servers may use dots and more; providers refuse every request that offers such a name.
  const spelled = full.replaceAll(/[^a-zA-Z0-9_-]/g, "_");
  if (spelled.length <= longest) return spelled;
  return spelled.slice(0, keptStart) + createHash("sha1").update(full).digest("hex");
}
