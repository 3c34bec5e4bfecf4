import type { Environment } from "../../core/plugin/plugin.ts";
import type { CommonArguments } from "../args.ts";
import type { Registry } from "../plugins/registry.ts";
import type { PluginStatus } from "../plugins/status.ts";
import { look } from "./look.ts";
import type { Print } from "./print.ts";

export interface Report {
  readonly args: CommonArguments & { readonly json: boolean };
  readonly environment: Environment;
  readonly print: Print;
}

/** `portico plugins`: every plugin, its state, and what it owns. */
export async function listPlugins({ args, environment, print }: Report): Promise<number> {
  const { booted, configuration } = await look(args, environment);
  const plugins = booted.plugins.map((status) => ({
    ...status,
    ...ownedBy(status.name, booted.registry),
  }));
  await booted.close();
  const { file } = configuration;
  if (args.json) await print(JSON.stringify({ file: file ?? null, plugins }, undefined, 2));
  else {
    const from = file === undefined ? "no plugins.config file, built-ins as they are" : file;
    await print([from, ...plugins.map(paragraph)].join("\n\n"));
  }
  return 0;
}

/** Names of what a plugin registered, by kind. */
export interface Owned {
  readonly methods: readonly string[];
  readonly notifications: readonly string[];
  readonly tools: readonly string[];
  readonly prompts: readonly string[];
  readonly resources: readonly string[];
}

function ownedBy(plugin: string, registry: Registry): Owned {
  const names = (map: ReadonlyMap<string, { readonly plugin: string }>) =>
    [...map].filter(([, owner]) => owner.plugin === plugin).map(([name]) => name);
  return {
    methods: names(registry.methods),
    notifications: names(registry.notifications),
    tools: names(registry.tools),
    prompts: names(registry.prompts),
    resources: [...names(registry.resources), ...names(registry.resourceTemplates)],
  };
}

function paragraph(plugin: PluginStatus & Owned): string {
  const rows: [string, readonly string[]][] = [
    ["services", plugin.provides],
    ["methods", plugin.methods],
    ["notifications", plugin.notifications],
    ["tools", plugin.tools],
    ["prompts", plugin.prompts],
    ["resources", plugin.resources],
  ];
  return [
    headline(plugin),
    ...(plugin.description === undefined ? [] : [`  ${plugin.description}`]),
    ...rows
      .filter(([, names]) => names.length > 0)
      .map(([kind, names]) => `  ${kind.padEnd(14)}${names.join(", ")}`),
  ].join("\n");
}

/** One line about a plugin: `acme 1.2.0: running (/srv/acme.js)`. */
export function headline({ name, version, state, reason, source }: PluginStatus): string {
  const title = version === undefined ? name : `${name} ${version}`;
  const why = reason === undefined ? "" : `: ${reason}`;
  return `${title}: ${state}${why} (${source})`;
}
