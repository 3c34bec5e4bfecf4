import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { ConversationError, errorMessage, HostError } from "../../core/errors.ts";
import { isJsonObject, type JsonObject } from "../../core/json.ts";
import type { Settings, SettingsRequest, SettingsTree } from "../../core/services/settings.ts";
import { homeFolder } from "./home.ts";
import { applyOverride, mapOverrides, OverrideError, parseOverride } from "./overrides.ts";
import type { Override } from "./overrides.ts";
import { parseToml, parseTomlValue } from "./toml.ts";

/** The keys a profile may hold; others in it mean nothing. */
export const profileKeys = [
  "model",
  "model_provider",
  "approval_policy",
  "model_reasoning_effort",
  "model_reasoning_summary",
  "model_verbosity",
  "chatgpt_base_url",
  "experimental_instructions_file",
] as const;

/** Tables of the operator: the file and `-c` may set them, the config of a call may not. */
const operatorTables = ["requirements"];

export interface SettingsOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What `-c` was given at start, in order. */
  readonly overrides?: readonly string[];
}

/**
 * Opens the settings of a host: the home folder, `config.toml` in it and the overrides of the
 * command line are checked now. Rejects with a `HostError` of one line.
 */
export async function openSettings({ env, overrides = [] }: SettingsOptions): Promise<ConfigToml> {
  const home = homeFolder(env);
  const settings = new ConfigToml(home, startOverrides(overrides));
  await settings.check();
  return settings;
}

function startOverrides(texts: readonly string[]): Override[] {
  try {
    return texts.map((text) => parseOverride(text, parseTomlValue));
  } catch (error) {
    if (!(error instanceof OverrideError)) throw error;
    throw new HostError("ARGUMENT_INVALID", error.message, { cause: error });
  }
}

/** `config.toml` under overrides and profile; read again when it changed. */
export class ConfigToml implements Settings {
  readonly home: string;
  readonly file: string;
  readonly #overrides: readonly Override[];
  #read: { stamp: string; tables: JsonObject } | undefined;

  constructor(home: string, overrides: readonly Override[]) {
    this.home = home;
    this.file = join(home, "config.toml");
    this.#overrides = overrides;
  }

  get fileExists(): boolean {
    return statSync(this.file, { throwIfNoEntry: false }) !== undefined;
  }

  /** Rejects with a `HostError` when the file is there and cannot be used. */
  async check(): Promise<void> {
    await this.#tables().catch((error: unknown) => {
      const code = error instanceof Malformed ? "CONFIG_INVALID" : "CONFIG_UNREADABLE";
      throw new HostError(code, errorMessage(error), { cause: error });
    });
  }

  async load(request: SettingsRequest = {}): Promise<SettingsTree> {
    try {
      const layers = new Layers(await this.#tables(), this.file);
      for (const override of this.#overrides) layers.set(override, "-c");
      for (const override of mapOverrides(request.config ?? {})) {
        refuseOperatorTable(override);
        layers.set(override, "config");
      }
      layers.applyProfile(request.profile);
      return layers;
    } catch (error) {
      if (error instanceof ConversationError) throw error;
      throw new ConversationError("settings", errorMessage(error), { cause: error });
    }
  }

  async #tables(): Promise<JsonObject> {
    const found = statSync(this.file, { throwIfNoEntry: false });
    if (found === undefined) return {};
    const stamp = `${found.mtimeMs} ${found.size} ${found.ino}`;
    if (this.#read?.stamp === stamp) return this.#read.tables;
    let text: string;
    try {
      text = readFileSync(this.file, "utf8");
    } catch (error) {
      throw new Error(`${this.file}: cannot be read: ${errorMessage(error)}`, { cause: error });
    }
    const parsed = parseToml(text);
    if ("fault" in parsed) {
      const { line, column, reason } = parsed.fault;
      throw new Malformed(`${this.file}:${line}:${column}: ${reason}`);
    }
    this.#read = { stamp, tables: parsed.tables };
    return parsed.tables;
  }
}

class Malformed extends Error {}

function refuseOperatorTable({ path }: Override): void {
  const [table = ""] = path;
  if (!operatorTables.includes(table)) return;
  const key = JSON.stringify(path.join("."));
  throw new OverrideError(
    `config key ${key}: [${table}] is for the operator, in config.toml or by -c at start`,
  );
}

/** The tree while layers are laid over it, and where each value came from. */
class Layers implements SettingsTree {
  values: JsonObject;
  profile: string | undefined;
  readonly #file: string;
  readonly #set: { path: readonly string[]; source: string }[] = [];

  constructor(tables: JsonObject, file: string) {
    this.values = tables;
    this.#file = file;
  }

  set(override: Override, source: string): void {
    this.values = applyOverride(this.values, override);
    this.#set.push({ path: override.path, source });
  }

  applyProfile(asked: string | undefined): void {
    const name = asked ?? this.values["profile"];
    if (name === undefined) return;
    if (typeof name !== "string") {
      throw new ConversationError("settings", `profile must be a name: ${JSON.stringify(name)}`);
    }
    const { profiles } = this.values;
    const profile =
      isJsonObject(profiles) && Object.hasOwn(profiles, name) ? profiles[name] : undefined;
    if (!isJsonObject(profile)) {
      throw new ConversationError("settings", `config profile \`${name}\` not found`);
    }
    this.profile = name;
    for (const key of profileKeys) {
      const value = profile[key];
      if (value !== undefined) this.set({ path: [key], value }, `profile ${name}`);
    }
  }

  source(key: string): string | undefined {
    const path = key.split(".");
    if (valueAt(this.values, path) === undefined) return undefined;
    const setter = this.#set.findLast(
      (one) => isPrefix(one.path, path) || isPrefix(path, one.path),
    );
    return setter?.source ?? this.#file;
  }
}

function valueAt(tree: JsonObject, path: readonly string[]): unknown {
  let value: unknown = tree;
  for (const key of path) value = isJsonObject(value) ? value[key] : undefined;
  return value;
}

function isPrefix(short: readonly string[], long: readonly string[]): boolean {
  return short.length <= long.length && short.every((part, index) => part === long[index]);
}
