import { readFileSync, statSync } from "node:fs";
import { dirname, extname, sep } from "node:path";
import { pathToFileURL } from "node:url";
import { errorMessage, HostError } from "../../core/errors.ts";
import { JsonSyntaxError, parseJson } from "./json.ts";

/** Names of the file that lists plugins, in the order in which one folder is searched. */
export const places = ["json", "js", "mjs", "cjs", "ts", "mts", "yaml", "yml"].map(
  (extension) => `plugins.config.${extension}`,
);

/** What a search found, and what it passed over. */
export interface Search {
  readonly file: string | undefined;
  /** Files of strangers. */
  readonly ignored: readonly string[];
}

/**
 * The nearest such file from this folder upwards. It says which code is run, so one that another
 * user left in a shared folder above is passed over.
 */
export function findUpwards(from: string): Search {
  const ignored: string[] = [];
  for (let here = from; ; here = dirname(here)) {
    // Every start of the program comes by here: joining by hand costs a tenth.
    const folder = here.endsWith(sep) ? here : here + sep;
    for (const name of places) {
      const file = folder + name;
      const found = statSync(file, { throwIfNoEntry: false });
      if (found?.isFile() !== true) continue;
      if (!isStrangers(found.uid, () => statSync(from).uid)) return { file, ignored };
      ignored.push(file);
    }
    if (dirname(here) === here) return { file: undefined, ignored };
  }
}

/** Neither ours, nor root's, nor of whoever has the folder that we were started in. */
export function isStrangers(
  owner: number,
  ownerOfStart: () => number,
  us = process.getuid?.(),
): boolean {
  return us !== undefined && owner !== us && owner !== 0 && owner !== ownerOfStart();
}

/** What the file says, whatever its format. Rejects with a `HostError` that names the file. */
export async function readPlace(file: string): Promise<unknown> {
  try {
    if (extname(file) === ".json") return parseJson(withoutMark(readFileSync(file, "utf8")));
    return await readThroughCosmiconfig(file);
  } catch (error) {
    if (error instanceof JsonSyntaxError) {
      const place = `${file}:${error.line}:${error.column}`;
      throw new HostError("CONFIG_INVALID", `${place}: ${error.message}`, { cause: error });
    }
    const problem = `${file}: cannot be read: ${errorMessage(error).replaceAll(/\s*\n\s*/g, " ")}`;
    throw new HostError("CONFIG_UNREADABLE", problem, { cause: error });
  }
}

// Its own TypeScript loader wants the compiler; Node strips the types itself.
async function readThroughCosmiconfig(file: string): Promise<unknown> {
  const { cosmiconfig } = await import("cosmiconfig");
  const loaders = { ".ts": importDefault, ".mts": importDefault };
  const found = await cosmiconfig("plugins", { searchPlaces: places, loaders }).load(file);
  // A third library's `any`; the shape is checked next.
  return found?.config as unknown;
}

async function importDefault(file: string): Promise<unknown> {
  const { importModule } = await import("../import-module.ts");
  return (await importModule(pathToFileURL(file).href)).default;
}

/** Editors on Windows begin a file with a byte order mark. */
function withoutMark(text: string): string {
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text;
}
