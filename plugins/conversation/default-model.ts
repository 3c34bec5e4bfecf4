import { mkdir, readFile, realpath, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { patch, TomlFormat } from "@decimalturn/toml-patch";
import { parse } from "smol-toml";
import type { TomlTableWithoutBigInt } from "smol-toml";
import writeFileAtomic from "write-file-atomic";
import { errorMessage, InternalError, isJsonObject, RpcError } from "../../core/index.ts";
import type { JsonObject, Settings } from "../../core/index.ts";
import type { SetDefaultModel } from "./schemas.ts";

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
  const wanted = withKeys(parseToml(text), profile, {
    model: wish.model,
    model_reasoning_effort: wish.reasoningEffort,
  });
  if (isDeepStrictEqual(wanted, parseToml(text))) return text;
  const format = TomlFormat.autoDetectFormat(text);
  format.trailingComma = false;
  const edited = patch(text, wanted, format);
  // Two parsers agree, or the file stays as it is.
  if (isDeepStrictEqual(parseToml(edited), wanted)) return edited;
  throw new Error("config.toml cannot be changed without changing more than was asked for");
}

// Integers are numbers unless more is asked for.
function parseToml(text: string): Table {
  return parse(text, { integersAsBigInt: false });
}

type Table = TomlTableWithoutBigInt;

function withKeys(
  root: Table,
  profile: string | undefined,
  keys: Readonly<Record<string, string | undefined>>,
): Table {
  const changed: Table = { ...root };
  let table = changed;
  if (profile !== undefined) {
    const profiles = { ...tableOf(changed["profiles"]) };
    table = { ...tableOf(profiles[profile]) };
    profiles[profile] = table;
    changed["profiles"] = profiles;
  }
  for (const [key, value] of Object.entries(keys)) {
    if (value === undefined) delete table[key];
    else table[key] = value;
  }
  return changed;
}

function tableOf(value: unknown): Table {
  // A TOML table is an object that is none of TOML's other values.
  return isJsonObject(value as JsonObject) ? (value as Table) : {};
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
