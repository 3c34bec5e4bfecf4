import { mkdir, readFile, realpath, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { patch, TomlFormat } from "@decimalturn/toml-patch";
import { parse } from "smol-toml";
import type { TomlTable } from "smol-toml";
import writeFileAtomic from "write-file-atomic";
import { errorMessage, InternalError, RpcError } from "../../core/index.ts";
import type { Settings } from "../../core/index.ts";
import type { SetDefaultModel } from "./schemas.ts";
import { editLines } from "./toml-lines.ts";

/**
 * Writes model and effort into config.toml, or into the active profile there; what is absent is
 * removed. Everything else stays as it is: comments, order, mode, and a link stays a link.
 */
export async function setDefaultModel(settings: Settings, wish: SetDefaultModel) {
  try {
    const { profile } = await settings.load();
    const file = await realFile(join(settings.home, "config.toml"));
    const text = await textOf(file);
    const edited = edit(text, profile, wish);
    if (edited !== text) await replace(file, edited);
    return {};
  } catch (error) {
    throw new RpcError(InternalError, `failed to persist overrides: ${errorMessage(error)}`);
  }
}

/** The text with these two keys set or removed. Throws when that would change anything else. */
export function edit(text: string, profile: string | undefined, wish: SetDefaultModel): string {
  const keys = { model: wish.model, model_reasoning_effort: wish.reasoningEffort };
  const wanted = withKeys(text, profile, keys);
  if (isDeepStrictEqual(wanted, parseToml(text))) return text;
  // What either way gives counts only if another parser reads in it what was asked for.
  const isRight = (edited: string | undefined) =>
    edited !== undefined && isDeepStrictEqual(triedToml(edited), wanted);
  const byLines = editLines(text, profile === undefined ? [] : ["profiles", profile], keys);
  if (byLines !== undefined && isRight(byLines)) return byLines;
  const format = TomlFormat.autoDetectFormat(text);
  // Other readers refuse the one behind the last member of an inline table.
  format.trailingComma = false;
  const patched = patch(text, wanted, format);
  if (isRight(patched)) return patched;
  throw new Error("config.toml cannot be changed without changing more than was asked for");
}

function triedToml(text: string): Table | undefined {
  try {
    return parseToml(text);
  } catch {
    return undefined;
  }
}

function parseToml(text: string): Table {
  return parse(text, { integersAsBigInt: "asNeeded" });
}

type Table = TomlTable;

/** The text's tables with these keys set or removed, made anew so that nothing is shared. */
function withKeys(
  text: string,
  profile: string | undefined,
  keys: Readonly<Record<string, string | undefined>>,
): Table {
  const root = parseToml(text);
  const table = profile === undefined ? root : tableIn(tableIn(root, "profiles"), profile);
  for (const [key, value] of Object.entries(keys)) {
    if (value === undefined) delete table[key];
    else table[key] = value;
  }
  return root;
}

/** A new one where there is none. */
function tableIn(table: Table, key: string): Table {
  const found = table[key];
  const isTable = typeof found === "object" && !Array.isArray(found) && !(found instanceof Date);
  const inner = isTable ? found : parseToml("");
  table[key] = inner;
  return inner;
}

async function realFile(path: string): Promise<string> {
  return realpath(path).catch(() => path);
}

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return "";
    throw error;
  }
}

/** As a whole, with the mode it had; a new file is for its owner only. */
async function replace(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const before = await stat(path).catch(() => undefined);
  const mode = before === undefined ? 0o600 : before.mode & 0o7777;
  await writeFileAtomic(path, text, { mode });
}
