import { parseArgs } from "node:util";
import { errorMessage } from "../../../core/index.ts";

/** What the words after the command's name ask for. */
export interface Words {
  readonly help: boolean;
  readonly name: string | undefined;
  readonly withApiKey: boolean;
  /** Arguments of the server, beside its command. */
  readonly server: readonly string[];
}

/**
 * Reads them; a text says what is wrong. It shows no word that has no place here: somebody may have
 * given a key as one.
 */
export function readWords(argv: readonly string[], names: readonly string[]): Words | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        config: { type: "string", short: "c", multiple: true, default: [] },
        plugins: { type: "string" },
        help: { type: "boolean", short: "h", default: false },
        ...(names.length > 0 && { "with-api-key": { type: "boolean", default: false } as const }),
      },
    });
    const [name] = positionals;
    const unknown = positionals.length > 1 || (name !== undefined && !names.includes(name));
    if (unknown) return "an unknown word on the command line";
    const plugins = values.plugins === undefined ? [] : ["--plugins", values.plugins];
    return {
      help: values.help,
      name,
      withApiKey: values["with-api-key"] === true,
      server: [...values.config.flatMap((text) => ["-c", text]), ...plugins],
    };
  } catch (error) {
    // What it adds to its first sentence is advice for another program.
    return errorMessage(error).replace(/\. .*$/s, "");
  }
}
