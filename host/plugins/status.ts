import type { LoadedPlugin } from "./load.ts";
import type { PluginEntry } from "../config/plugins.ts";

/** What became of a plugin, for `portico plugins` and `portico doctor`. */
export interface PluginStatus {
  /** Its own name; the configured one when it could not be loaded. */
  readonly name: string;
  readonly specifier: string;
  readonly builtin: boolean;
  readonly required: boolean;
  /** `blocked`: it needs a service of one that failed. */
  readonly state: "running" | "failed" | "blocked" | "off";
  /** Why it does not run. */
  readonly reason?: string;
  readonly version?: string;
  readonly description?: string;
  /** A file, or "built-in". */
  readonly source: string;
  /** Ids of the services it provides. */
  readonly provides: readonly string[];
}

/** The status of a plugin that was loaded. */
export function statusOf(
  { entry, plugin, builtin, source }: LoadedPlugin,
  state: PluginStatus["state"],
  reason?: string,
): PluginStatus {
  return {
    name: plugin.name,
    specifier: entry.specifier,
    builtin,
    required: entry.required,
    state,
    ...(reason !== undefined && { reason }),
    version: plugin.version,
    ...(plugin.description !== undefined && { description: plugin.description }),
    source,
    provides: (plugin.provides ?? []).map(({ id }) => id),
  };
}

/** The status of a plugin of which only the configuration is known. */
export function unloadedStatus(
  entry: PluginEntry,
  state: PluginStatus["state"],
  reason?: string,
): PluginStatus {
  return {
    name: entry.specifier,
    specifier: entry.specifier,
    builtin: entry.kind === "built-in",
    required: entry.required,
    state,
    ...(reason !== undefined && { reason }),
    source: entry.kind === "built-in" ? "built-in" : entry.specifier,
    provides: [],
  };
}
