import type { Environment } from "../../core/plugin/plugin.ts";
import { describeRegistry } from "../reference.ts";
import { builtinPlugins } from "../plugins/builtin.ts";
import type { Booted } from "../plugins/boot.ts";
import { loadPlugin } from "../plugins/load.ts";
import { optionsOf } from "../plugins/options.ts";
import type { Prebuilt, PrebuiltPlugin } from "../plugins/prebuilt.ts";
import type { Registry } from "../plugins/registry.ts";
import { ConfigToml } from "../config/settings.ts";
import { bootAlone } from "./look.ts";
import type { Print } from "./print.ts";

/** Prints METHODS.md of the built-in plugins. */
export async function printReference(environment: Environment, print: Print): Promise<number> {
  const booted = await bootBuiltins(environment);
  await print(await describeRegistry(booted.registry));
  await booted.close();
  return 0;
}

/** Prints `prebuilt.json`. */
export async function printPrebuilt(environment: Environment, print: Print): Promise<number> {
  await print(JSON.stringify({ plugins: await prebuildPlugins(environment) }));
  return 0;
}

/** Default options and tool schemas of the built-in plugins, worked out with zod. */
export async function prebuildPlugins(environment: Environment): Promise<Prebuilt> {
  const booted = await bootBuiltins(environment);
  const { registry } = booted;
  await booted.close();
  const plugins = booted.plugins.map(async ({ name }): Promise<[string, PrebuiltPlugin]> => {
    const defaultOptions = await defaultsOf(name);
    return [name, { defaultOptions, tools: toolsOf(name, registry) }];
  });
  return Object.fromEntries(await Promise.all(plugins));
}

/** The built-in plugins with no configuration whatever, and without what was prebuilt before. */
export async function bootBuiltins(environment: Environment): Promise<Booted> {
  const configuration = defaults(environment.cwd);
  // No file is read: settings do not change what is registered.
  const settings = new ConfigToml(environment.cwd, []);
  return bootAlone({ configuration, settings, prebuilt: {} }, environment);
}

function defaults(folder: string) {
  const entries = Object.keys(builtinPlugins).map((specifier) => ({
    specifier,
    kind: "built-in" as const,
    enabled: true,
    required: true,
    options: undefined,
  }));
  return { file: undefined, folder, entries };
}

async function defaultsOf(name: string): Promise<PrebuiltPlugin["defaultOptions"]> {
  const configuration = defaults(process.cwd());
  const entry = configuration.entries.find(({ specifier }) => specifier === name);
  if (entry === undefined) throw new Error(`no built-in plugin is named ${name}`);
  const loaded = await loadPlugin(entry, {
    configuration,
    builtins: builtinPlugins,
    limitMs: 10_000,
  });
  const options = await optionsOf(loaded, { file: undefined, prebuilt: {} });
  const text = JSON.stringify(options);
  // The program uses what JSON gives back: anything else must not get lost on the way.
  const { isDeepStrictEqual } = await import("node:util");
  const read = JSON.parse(text) as PrebuiltPlugin["defaultOptions"];
  if (isDeepStrictEqual(read, options)) return read;
  throw new Error(`the default options of ${name} are not plain JSON: ${text}`);
}

function toolsOf(plugin: string, registry: Registry): PrebuiltPlugin["tools"] {
  const own = [...registry.tools].filter(([, tool]) => tool.plugin === plugin);
  return Object.fromEntries(
    own.map(([name, { inputSchema, outputSchema }]) => [
      name,
      { inputSchema, ...(outputSchema !== undefined && { outputSchema }) },
    ]),
  );
}
