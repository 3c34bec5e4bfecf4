/** What the command line gives every command. */
export interface CommonArguments {
  /** `-c key=value`, in order. */
  readonly overrides: readonly string[];
  /** `--plugins FILE`. */
  readonly pluginsFile: string | undefined;
}

/** What the command line asks for. */
export type Arguments =
  | (CommonArguments & { readonly command: "serve"; readonly appServer?: boolean })
  | (CommonArguments & { readonly command: "plugins" | "doctor"; readonly json: boolean })
  /** For our own build: prints what `scripts` write into files. */
  | { readonly command: "reference" | "prebuild" }
  /** A feature's command with its own words. */
  | { readonly command: "extra"; readonly name: string; readonly argv: string[] }
  /** Help or version, as text. `asked`: it goes to stdout, exit code 0; else to stderr, code 2. */
  | { readonly command: "print"; readonly text: string; readonly asked: boolean };

const serverNames = ["mcp", "mcp serve", "mcp-server"];

/** Reads the command line. Rejects with a `HostError` of one line that names what is wrong. */
export async function parseArguments(argv: readonly string[], version: string): Promise<Arguments> {
  // Nearly every start of a server looks like this; the parser would cost it milliseconds.
  if (serverNames.includes(argv.join(" "))) {
    return { command: "serve", overrides: [], pluginsFile: undefined };
  }
  const { parseCommandLine } = await import("./commands/command-line.ts");
  return parseCommandLine(argv, version);
}
