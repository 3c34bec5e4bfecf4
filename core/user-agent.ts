import type { Environment } from "./plugin/plugin.ts";

/** The program's name in headers: `name`, or what a variable puts in its place. */
export function originator(env: Environment["env"], name: string): string {
  return printable(env["CODEX_INTERNAL_ORIGINATOR_OVERRIDE"] || name);
}

/** `<program>/<version> (<system>) <terminal>[ (<client>; <its version>)]`, fit for a header. */
export function userAgent(
  { env, version, system = "unknown" }: Pick<Environment, "env" | "version" | "system">,
  asker: {
    readonly program: string;
    readonly client: { readonly name: string; readonly version: string } | undefined;
  },
): string {
  const { program, client } = asker;
  const who = client === undefined ? "" : ` (${client.name}; ${client.version})`;
  return printable(`${originator(env, program)}/${version} (${system}) ${terminal(env)}${who}`);
}

function terminal({ TERM_PROGRAM, TERM_PROGRAM_VERSION, TERM }: Environment["env"]): string {
  if (TERM_PROGRAM === undefined || TERM_PROGRAM === "") return TERM || "unknown";
  return TERM_PROGRAM_VERSION ? `${TERM_PROGRAM}/${TERM_PROGRAM_VERSION}` : TERM_PROGRAM;
}

// A client may call itself anything; a header may not hold everything.
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "_");
}
