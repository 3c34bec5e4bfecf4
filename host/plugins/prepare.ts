import { errorMessage, HostError, isHostError } from "../../core/errors.ts";
import type { Plugin } from "../../core/plugin/plugin.ts";
import { Settings } from "../../core/services/settings.ts";
import { checkSwitchedOff, type LoadContext, type LoadedPlugin, loadPlugin } from "./load.ts";
import { optionsOf } from "./options.ts";
import { orderPlugins } from "./order.ts";
import type { Prebuilt } from "./prebuilt.ts";
import { type PluginStatus, unloadedStatus } from "./status.ts";

/** A plugin with its options, ready to be set up. */
export interface PreparedPlugin {
  readonly loaded: LoadedPlugin;
  readonly options: unknown;
}

export interface Prepared {
  /** In starting order. */
  readonly plugins: readonly PreparedPlugin[];
  /** Plugins that are switched off or could not be loaded. */
  readonly absent: readonly PluginStatus[];
}

/**
 * Loads the configured plugins, checks their options and orders them; no plugin code has run but its
 * module's. Rejects with a `HostError` for every mistake in the configuration.
 */
export async function preparePlugins(context: LoadContext, prebuilt: Prebuilt): Promise<Prepared> {
  const { loaded, absent } = await loadAll(context);
  refuseDoubles(loaded);
  const options = await parseOptions(loaded, context, prebuilt);
  const someFailed = absent.some(({ state }) => state === "failed");
  const ordered = await orderAll(loaded, context, someFailed);
  return { plugins: ordered.map((each) => ({ loaded: each, options: options.get(each) })), absent };
}

async function loadAll(
  context: LoadContext,
): Promise<{ loaded: LoadedPlugin[]; absent: PluginStatus[] }> {
  const faults: unknown[] = [];
  const absent: PluginStatus[] = [];
  const loading = context.configuration.entries.map(async (entry) => {
    try {
      if (entry.enabled) return await loadPlugin(entry, context);
      checkSwitchedOff(entry, context);
      absent.push(unloadedStatus(entry, "off"));
    } catch (error) {
      const isMistake = hasCode(error, ["PLUGIN_UNKNOWN", "PLUGIN_NOT_FOUND"]);
      if (isMistake || entry.required || entry.kind === "built-in") faults.push(error);
      else absent.push(unloadedStatus(entry, "failed", errorMessage(error)));
    }
    return undefined;
  });
  const loaded = await Promise.all(loading);
  throwAll(faults);
  return { loaded: loaded.filter((each) => each !== undefined), absent };
}

function refuseDoubles(loaded: readonly LoadedPlugin[]): void {
  const specifiers = new Map<string, string>();
  for (const { plugin, entry } of loaded) {
    const other = specifiers.get(plugin.name);
    if (other !== undefined) {
      const both = `${JSON.stringify(other)} and ${JSON.stringify(entry.specifier)}`;
      const message = `two plugins are named "${plugin.name}": ${both}`;
      throw new HostError("PLUGIN_CONFLICT", message, { plugin: plugin.name });
    }
    specifiers.set(plugin.name, entry.specifier);
  }
}

async function parseOptions(
  loaded: readonly LoadedPlugin[],
  { configuration: { file } }: LoadContext,
  prebuilt: Prebuilt,
): Promise<Map<LoadedPlugin, unknown>> {
  const options = new Map<LoadedPlugin, unknown>();
  const faults: unknown[] = [];
  for (const each of loaded) {
    try {
      options.set(each, await optionsOf(each, { file, prebuilt }));
    } catch (error) {
      faults.push(isHostError(error) ? error : unusableOptions(each, error));
    }
  }
  throwAll(faults);
  return options;
}

/** Something a plugin calls a schema of options, and zod's is not. */
function unusableOptions({ plugin }: LoadedPlugin, error: unknown): HostError {
  const message = `plugin "${plugin.name}": "options" is no usable schema: ${errorMessage(error)}`;
  return new HostError("PLUGIN_INVALID", message, { cause: error, plugin: plugin.name });
}

/** With a plugin that did not load, nobody knows what it would have provided: gaps may stay. */
async function orderAll(
  loaded: readonly LoadedPlugin[],
  context: LoadContext,
  someFailed: boolean,
): Promise<LoadedPlugin[]> {
  const plugins = loaded.map((each) => ({ ...each.plugin, each }));
  const order = (disabled: readonly Plugin[]) =>
    orderPlugins(plugins, { hostServices: [Settings.id], disabled, mayMiss: someFailed }).map(
      ({ each }) => each,
    );
  try {
    return order([]);
  } catch (error) {
    const { file } = context.configuration;
    if (!hasCode(error, ["SERVICE_MISSING"]) || file === undefined) throw error;
    // Once more, with the plugins that are switched off at hand to explain the gap.
    try {
      return order(await disabledBuiltins(context));
    } catch (explained) {
      if (!isHostError(explained)) throw explained;
      throw new HostError(explained.code, `${file}: ${explained.message}`, { cause: error });
    }
  }
}

async function disabledBuiltins(context: LoadContext): Promise<Plugin[]> {
  const { entries } = context.configuration;
  const off = entries.filter((entry) => entry.kind === "built-in" && !entry.enabled);
  return (await Promise.all(off.map((entry) => loadPlugin(entry, context)))).map(
    ({ plugin }) => plugin,
  );
}

/** Throws what went wrong: one error as it is, several as one that says everything. */
function throwAll(errors: readonly unknown[]): void {
  const [first] = errors;
  if (first === undefined) return;
  if (!isHostError(first)) throw new Error(errorMessage(first), { cause: first });
  if (errors.length === 1) throw first;
  throw new HostError(first.code, errors.map(errorMessage).join("; "), { cause: first });
}

function hasCode(error: unknown, codes: readonly string[]): boolean {
  return isHostError(error) && codes.includes(error.code);
}
