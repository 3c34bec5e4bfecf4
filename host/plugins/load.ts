import { statSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { errorMessage, HostError, isHostError } from "../../core/errors.ts";
import { apiVersion, type Plugin } from "../../core/plugin/plugin.ts";
import { type PluginEntry, type PluginsConfiguration, shownValue } from "../config/plugins.ts";
import type { PluginModule } from "./builtin.ts";
import { type Limit, withLimit } from "./limit.ts";
import { runAs } from "../rpc/stdout-guard.ts";
import { guardExit } from "./exit-guard.ts";
import { type ImportModule, lendOwnCopies, loadedFiles, packageUrl } from "./own-copies.ts";

/** A plugin whose module was imported and has the right shape. */
export interface LoadedPlugin {
  readonly entry: PluginEntry;
  readonly plugin: Plugin;
  readonly builtin: boolean;
  /** Where it came from: a file, or "built-in". */
  readonly source: string;
}

export interface LoadContext {
  readonly configuration: PluginsConfiguration;
  readonly builtins: Readonly<Record<string, PluginModule>>;
  readonly importModule?: ImportModule;
  /** Milliseconds that one module may take, its top-level awaits included. */
  readonly limitMs: number;
}

/** Imports one plugin. Rejects with a `HostError` that names the specifier and the file. */
export async function loadPlugin(entry: PluginEntry, context: LoadContext): Promise<LoadedPlugin> {
  const { source, load } = locate(entry, context);
  const name = entry.specifier;
  const builtin = entry.kind === "built-in";
  try {
    // What it prints while it is loaded is known by its specifier.
    const module = builtin ? await load() : await withLimit(runAs(name, load), limitOf(context));
    return { entry, source, plugin: checked(defaultExport(module)), builtin };
  } catch (error) {
    const code = isHostError(error) ? error.code : "PLUGIN_FAILED";
    const where = source === "built-in" ? "" : ` (${source})`;
    const message = `plugin ${JSON.stringify(name)}${where}: ${await reasonOf(error, source)}`;
    throw new HostError(code, message, { cause: error, plugin: name });
  }
}

async function reasonOf(error: unknown, source: string): Promise<string> {
  if (!(error instanceof SyntaxError)) return errorMessage(error).replaceAll(/\s*\n\s*/g, " ");
  const { describeSyntaxError } = await import("./syntax.ts");
  return (await describeSyntaxError(error, [...loadedFiles(), source])) ?? errorMessage(error);
}

/** What a compiler made a CommonJS module of has its default export one level deeper. */
function defaultExport({ default: exported }: { readonly default?: unknown }): unknown {
  const isWrapped = typeof exported === "object" && exported !== null && "__esModule" in exported;
  return isWrapped && "default" in exported ? exported.default : exported;
}

function limitOf({ limitMs }: LoadContext): Limit {
  const late = `its module did not load within ${limitMs} ms`;
  return { limitMs, late: () => new HostError("PLUGIN_TIMEOUT", late) };
}

interface Located {
  readonly source: string;
  readonly load: PluginModule;
}

function locate(entry: PluginEntry, context: LoadContext): Located {
  const { specifier } = entry;
  if (entry.kind === "built-in") {
    const load = context.builtins[specifier];
    if (load === undefined) throw notFound(entry, context);
    return { source: "built-in", load };
  }
  const importModule = context.importModule ?? importByNode;
  lendOwnCopies();
  guardExit();
  const { file, folder } = context.configuration;
  if (entry.kind === "path") {
    const path = resolve(folder, specifier);
    if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) {
      throw notFound(entry, context, path);
    }
    return { source: path, load: () => importModule(pathToFileURL(path).href) };
  }
  const from = file ?? join(folder, "plugins.config.json");
  const manifest = packageManifest(specifier, from);
  if (manifest === undefined) throw notFound(entry, context);
  return { source: manifest, load: () => importModule(packageUrl(specifier, from)) };
}

const importByNode: ImportModule = async (url) =>
  (await import("../import-module.ts")).importModule(url);

/** Refuses a package that is not there, though it is switched off: a misspelt name switches nothing. */
export function checkSwitchedOff(entry: PluginEntry, context: LoadContext): void {
  const { file, folder } = context.configuration;
  if (entry.kind !== "package") return;
  const from = file ?? join(folder, "plugins.config.json");
  if (packageManifest(entry.specifier, from) === undefined) throw notFound(entry, context);
}

function packageManifest(name: string, from: string): string | undefined {
  try {
    const { findPackageJSON } = process.getBuiltinModule("node:module");
    return findPackageJSON(name, pathToFileURL(from));
  } catch {
    return undefined;
  }
}

function notFound(entry: PluginEntry, context: LoadContext, path?: string): HostError {
  const { file, folder } = context.configuration;
  const at = `${file ?? folder}: plugin ${JSON.stringify(entry.specifier)}`;
  if (path !== undefined) {
    const message = `${at}: there is no file ${path}`;
    return new HostError("PLUGIN_NOT_FOUND", message, { plugin: entry.specifier });
  }
  const names = Object.keys(context.builtins);
  const message = `${at}: no built-in plugin (${names.join(", ")}) and no package found from ${folder}`;
  return new HostError("PLUGIN_UNKNOWN", message, { plugin: entry.specifier });
}

/** The default export as a plugin, or an error that says what is wrong with it. */
function checked(exported: unknown): Plugin {
  const wrong = (problem: string) => new HostError("PLUGIN_INVALID", problem);
  if (typeof exported !== "object" || exported === null) {
    throw wrong("its default export must be what definePlugin returns");
  }
  // Read member by member; each is checked before it is used.
  const plugin = exported as { [K in keyof Plugin]?: unknown };
  if (plugin.apiVersion !== apiVersion) {
    const message = `written for contract version ${shownValue(plugin.apiVersion)}, this is version ${apiVersion}`;
    throw new HostError("PLUGIN_API", message);
  }
  const { name, version, needs, provides } = plugin;
  if (typeof name !== "string" || !/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name)) {
    throw wrong(`"name" must be in kebab-case, not ${shownValue(name)}`);
  }
  if (typeof version !== "string") throw wrong(`"version" must be a text`);
  if (typeof plugin.setup !== "function") throw wrong(`"setup" must be a function`);
  if (needs !== undefined && !hasTokens(needs)) throw wrong(`"needs" must hold service tokens`);
  if (provides !== undefined && !(Array.isArray(provides) && hasTokens(provides))) {
    throw wrong(`"provides" must be a list of service tokens`);
  }
  // Checked above; what is generic in a plugin only its author's compiler sees.
  return exported as Plugin;
}

function hasTokens(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  return Object.values(value).every(
    (each: unknown) =>
      typeof each === "object" && each !== null && "id" in each && typeof each.id === "string",
  );
}
