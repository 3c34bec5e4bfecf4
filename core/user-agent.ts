import type { Environment } from "./plugin/plugin.ts";

/** `<program>/<version> (<system>) <terminal>[ (<client>; <its version>)]`, fit for a header. */
export function userAgent(
  { env, version }: Pick<Environment, "env" | "version">,
  asker: {
    readonly system: string;
    readonly client: { readonly name: string; readonly version: string } | undefined;
  },
): string {
  const { system, client } = asker;
  const program = env["CODEX_INTERNAL_ORIGINATOR_OVERRIDE"] || "portico";
  const who = client === undefined ? "" : ` (${client.name}; ${client.version})`;
  const text = `${program}/${version} (${system}) ${terminal(env)}${who}`;
  return text.replace(/[^\x20-\x7e]/g, "_");
}

function terminal({ TERM_PROGRAM, TERM_PROGRAM_VERSION, TERM }: Environment["env"]): string {
  if (TERM_PROGRAM === undefined || TERM_PROGRAM === "") return TERM || "unknown";
  return TERM_PROGRAM_VERSION ? `${TERM_PROGRAM}/${TERM_PROGRAM_VERSION}` : TERM_PROGRAM;
}
