import { token } from "../plugin/token.ts";
import type { JsonObject } from "../json.ts";

/** What lies over `config.toml` for one conversation. */
export interface SettingsRequest {
  /** Name of a profile; absent: the file's `profile` key. An unknown name is an error. */
  readonly profile?: string;
  /** Overrides by key, dotted keys allowed; a null value means unset. */
  readonly config?: JsonObject;
}

/** One settled tree of settings: file, then overrides, then profile (weakest first). */
export interface SettingsTree {
  readonly values: JsonObject;
  readonly profile: string | undefined;
  /** Where the value at a dotted key came from, for people: a file, "-c", "profile NAME" … */
  source(key: string): string | undefined;
}

/** The agent's configuration: `config.toml`, profiles and `-c` (provided by the host). */
export interface Settings {
  /** The home folder: `$PORTICO_HOME`, else `$CODEX_HOME`, else `~/.codex`; may not exist. */
  readonly home: string;
  /**
   * Reads the file anew if it changed and lays everything over each other. Rejects with
   * `ConversationError` of kind `settings` when the file or an override cannot be used.
   */
  load(request?: SettingsRequest): Promise<SettingsTree>;
}

export const Settings = token<Settings>("settings");
