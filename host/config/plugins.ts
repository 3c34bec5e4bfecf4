import { statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { HostError } from "../../core/errors.ts";
import { isJsonObject, type JsonObject } from "../../core/json.ts";
import type { HostOptions } from "../tokens.ts";
import { readHostOptions } from "./host-options.ts";
import { findUpwards, readPlace } from "./places.ts";

/** One plugin as configured. */
export interface PluginEntry {
  /** A built-in's name, a path from the configuration's folder, or a package. */
  readonly specifier: string;
  readonly kind: "built-in" | "path" | "package";
  readonly enabled: boolean;
  /** The program does not start without it. */
  readonly required: boolean;
  /** Options as written; undefined when there are none. */
  readonly options: JsonObject | undefined;
}

/** Which plugins there are, in their order: built-ins the file does not name, then its own. */
export interface PluginsConfiguration {
  /** Absolute; undefined when there is no file and the built-ins run as they are. */
  readonly file: string | undefined;
  /** Paths and packages are looked up from here. */
  readonly folder: string;
  readonly entries: readonly PluginEntry[];
  /** What the file says of the host itself. */
  readonly host?: HostOptions;
  /** Files that were found and left alone, as they belong to other users. */
  readonly ignored?: readonly string[];
}

/** What a person is told of a file that was left alone. */
export function ignoredText(file: string): string {
  return `${file} belongs to another user and is ignored; name it with --plugins to use it`;
}

export interface PluginsQuestion {
  /** The working folder, absolute. */
  readonly cwd: string;
  /** What `--plugins` names; relative to the working folder. */
  readonly file?: string | undefined;
  readonly builtins: readonly string[];
}

/** Finds and reads the file that lists plugins. Rejects with a `HostError` naming file and key. */
export async function readPluginsConfiguration(
  question: PluginsQuestion,
): Promise<PluginsConfiguration> {
  const { cwd, builtins } = question;
  const { file, ignored } =
    question.file === undefined
      ? findUpwards(cwd)
      : { file: given(resolve(cwd, question.file)), ignored: [] };
  const root = file === undefined ? {} : rootOf(await readPlace(file), file);
  const named = entriesOf(root, file ?? "", builtins);
  const host = readHostOptions(objectAt(root["host"] ?? {}, `${file}: "host"`), `${file}: host:`);
  const mentioned = new Set(named.map((entry) => entry.specifier));
  const silent = builtins.filter((name) => !mentioned.has(name)).map(builtin);
  const folder = file === undefined ? cwd : dirname(file);
  return { file, folder, entries: [...silent, ...named], host, ignored };
}

function given(file: string): string {
  if (statSync(file, { throwIfNoEntry: false }) !== undefined) return file;
  throw new HostError("CONFIG_UNREADABLE", `--plugins: there is no file ${file}`);
}

function builtin(specifier: string): PluginEntry {
  return { specifier, kind: "built-in", enabled: true, required: false, options: undefined };
}

function rootOf(content: unknown, file: string): JsonObject {
  // An empty file says nothing.
  if (content === undefined || content === null) return {};
  const root = objectAt(content, `${file}: the whole file`);
  for (const key of Object.keys(root)) {
    if (key === "plugins" || key === "host" || key === "$schema") continue;
    throw invalid(`${file}: unknown key ${JSON.stringify(key)}; plugins go under "plugins"`);
  }
  return root;
}

function entriesOf(root: JsonObject, file: string, builtins: readonly string[]): PluginEntry[] {
  if (root["plugins"] === undefined) return [];
  const plugins = objectAt(root["plugins"], `${file}: "plugins"`);
  return Object.entries(plugins).map(([specifier, value]) => {
    const at = `${file}: plugin ${JSON.stringify(specifier)}`;
    return { specifier, kind: kindOf(specifier, builtins, at), ...settingsOf(value, at) };
  });
}

const packageName = /^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*(\/[\w.~-]+)*$/;

function kindOf(specifier: string, builtins: readonly string[], at: string): PluginEntry["kind"] {
  if (builtins.includes(specifier)) return "built-in";
  if (/^(\.{1,2}[\\/]|[\\/]|[A-Za-z]:[\\/])/.test(specifier)) return "path";
  if (packageName.test(specifier)) return "package";
  throw invalid(`${at}: neither a built-in, a path that begins with "./", nor a package's name`);
}

function settingsOf(value: unknown, at: string): Omit<PluginEntry, "specifier" | "kind"> {
  if (typeof value === "boolean") return { enabled: value, required: false, options: undefined };
  const { enabled, required, options: nested, ...beside } = objectAt(value, at, "true, false or ");
  return {
    enabled: flagAt(enabled, true, `${at}: "enabled"`),
    required: flagAt(required, false, `${at}: "required"`),
    options: mergedOptions(nested, beside, at),
  };
}

/** Options stand beside `enabled` and `required`, or under `options`; one key not in both. */
function mergedOptions(nested: unknown, beside: JsonObject, at: string): JsonObject | undefined {
  if (nested === undefined) return Object.keys(beside).length === 0 ? undefined : beside;
  const inner = objectAt(nested, `${at}: "options"`);
  for (const key of Object.keys(inner)) {
    if (!Object.hasOwn(beside, key)) continue;
    throw invalid(`${at}: ${JSON.stringify(key)} stands twice: in "options" and beside it`);
  }
  return { ...beside, ...inner };
}

function objectAt(value: unknown, at: string, others = ""): JsonObject {
  if (isJsonObject(value)) return value;
  throw invalid(`${at} must be ${others}an object, not ${shownValue(value)}`);
}

function flagAt(value: unknown, absent: boolean, at: string): boolean {
  if (value === undefined) return absent;
  if (typeof value === "boolean") return value;
  throw invalid(`${at} must be true or false, not ${shownValue(value)}`);
}

/** A value as messages show it: JSON, cut short. */
export function shownValue(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 80 ? `${text.slice(0, 79)}…` : text;
}

function invalid(message: string): HostError {
  return new HostError("CONFIG_INVALID", message);
}
