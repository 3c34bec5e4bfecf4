import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** Imports a module by its URL; tests put their own in its place. */
export type ImportModule = (url: string) => Promise<{ readonly default?: unknown }>;

const lent = /^(portico\/plugin|portico\/testing|zod(\/.*)?)$/;
const packageScheme = "portico-package:";
let installed = false;
const loaded: string[] = [];
let own: string | undefined;

/**
 * From now on a module that imports `portico/plugin`, `portico/testing` or `zod`, and has none of
 * its own, gets the program's. Called when the first third-party plugin is loaded.
 */
export function lendOwnCopies(): void {
  if (installed) return;
  installed = true;
  // Not imported: only third-party plugins are worth the time that it takes to load.
  process.getBuiltinModule("node:module").registerHooks({
    resolve(specifier, context, next) {
      if (specifier.startsWith(packageScheme)) {
        const { name, from } = packageOf(specifier);
        return next(name, { ...context, parentURL: from });
      }
      if (!lent.test(specifier)) return next(specifier, context);
      try {
        return next(specifier, context);
      } catch (error) {
        try {
          // `require` looks from the module that calls it, whatever parent it is told.
          if (context.conditions.includes("require")) return required(specifier);
          return next(specifier, { ...context, parentURL: ownManifest() });
        } catch {
          // The first error names the plugin's file.
          throw error;
        }
      }
    },
    load(url, context, next) {
      if (url.startsWith("file:") && !isOurs(url)) loaded.push(fileURLToPath(url));
      return next(url, context);
    },
  });
}

/** What plugins borrow is read without mistakes, and is many files. */
function isOurs(url: string): boolean {
  own ??= new URL(".", ownManifest()).href;
  return url.startsWith(own) || url.includes("/node_modules/zod/");
}

/** The files that plugins loaded so far, the latest last. */
export function loadedFiles(): readonly string[] {
  return loaded;
}

function required(specifier: string) {
  const { createRequire } = process.getBuiltinModule("node:module");
  const path = createRequire(ownManifest()).resolve(specifier);
  return { url: pathToFileURL(path).href, shortCircuit: true };
}

/** A URL that stands for a package as seen from a file; only modules with these hooks load it. */
export function packageUrl(name: string, from: string): string {
  return `${packageScheme}${encodeURIComponent(JSON.stringify([name, pathToFileURL(from).href]))}`;
}

function packageOf(url: string): { name: string; from: string } {
  // Made by `packageUrl`.
  const parts = JSON.parse(decodeURIComponent(url.slice(packageScheme.length))) as [string, string];
  return { name: parts[0], from: parts[1] };
}

/** Where the program's own imports resolve from: its package knows itself and what it depends on. */
function ownManifest(): string {
  const root = packageRoot(dirname(fileURLToPath(import.meta.url)));
  return pathToFileURL(join(root, "package.json")).href;
}

/** The program's own folder, whether it runs from `dist` or from its sources. */
function packageRoot(folder: string): string {
  for (let here = folder; ; here = dirname(here)) {
    if (existsSync(join(here, "package.json")) || dirname(here) === here) return here;
  }
}
