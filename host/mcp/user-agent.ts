import { arch, release, type as osType } from "node:os";
import type { Environment } from "../../core/plugin/plugin.ts";

/** What this server tells of itself and its client: program, system, terminal, client. */
export function userAgent(
  { env, version }: Pick<Environment, "env" | "version">,
  client: { readonly name: string; readonly version: string },
): string {
  const { TERM_PROGRAM, TERM_PROGRAM_VERSION, TERM } = env;
  const originator = env["CODEX_INTERNAL_ORIGINATOR_OVERRIDE"] || "portico";
  const program = TERM_PROGRAM_VERSION ? `${TERM_PROGRAM}/${TERM_PROGRAM_VERSION}` : TERM_PROGRAM;
  const terminal = (TERM_PROGRAM ? program : TERM) || "unknown";
  const system = `${osType()} ${release()}; ${arch()}`;
  const text = `${originator}/${version} (${system}) ${terminal} (${client.name}; ${client.version})`;
  // It may stand in a header, which cannot hold everything.
  return text.replace(/[^\x20-\x7e]/g, "_");
}
