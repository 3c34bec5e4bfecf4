import type { Environment, ModelQuery } from "../../core/index.ts";

/** Who providers are told to be asking; they know this name, a variable replaces it. */
export function originator(env: Environment["env"]): string {
  return printable(env["CODEX_INTERNAL_ORIGINATOR_OVERRIDE"] || "codex_cli_rs");
}

/** The `User-Agent` header: originator, version, system, terminal, and the MCP client. */
export function userAgent({ env, version }: Environment, client: ModelQuery["client"]): string {
  const os = process.getBuiltinModule("node:os");
  const system = `${os.type()} ${os.release()}; ${os.arch()}`;
  const asker = client === undefined ? "" : ` (${client.name}; ${client.version})`;
  return printable(`${originator(env)}/${version} (${system}) ${terminal(env)}${asker}`);
}

function terminal(env: Environment["env"]): string {
  const program = env["TERM_PROGRAM"];
  if (program === undefined || program === "") return env["TERM"] || "unknown";
  const version = env["TERM_PROGRAM_VERSION"];
  return version === undefined || version === "" ? program : `${program}/${version}`;
}

// A client may call itself anything; a header may not hold everything.
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "_");
}
