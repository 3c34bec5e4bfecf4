/** Imports by URL. A file of its own, as the launcher leaves files that do this to Node's loader. */
export function importModule(url: string): Promise<{ readonly default?: unknown }> {
  return import(url) as Promise<{ readonly default?: unknown }>;
}
