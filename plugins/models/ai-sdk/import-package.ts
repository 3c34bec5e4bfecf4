/** Imports by URL. A file of its own, as only then the program can keep the code of the others. */
export function importPackage(url: string): Promise<Record<string, unknown>> {
  return import(url) as Promise<Record<string, unknown>>;
}
