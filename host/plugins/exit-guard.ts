import { runningPlugin } from "../rpc/stdout-guard.ts";

let guarded = false;

/**
 * From now on a plugin that ends the process gets an error instead: its loading, its set-up or its
 * handler fails as with any other, and the rest goes on. Installed with the first third-party plugin.
 */
export function guardExit(): void {
  if (guarded) return;
  guarded = true;
  const exit = process.exit.bind(process);
  process.exit = (code) => {
    if (runningPlugin() === "host") return exit(code);
    throw new Error(
      `it called process.exit(${code ?? ""}), which would end the server; throw an error instead`,
    );
  };
}
