import { readFileSync, statSync } from "node:fs";

// Synchronous on purpose: every start of a conversation asks for a dozen files, most of them absent.
// That takes microseconds each; through the thread pool it is a tenth of a millisecond.

/** True when something is there under this path. */
export function isThere(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    // Below something that is no folder, or not ours to look at.
    return false;
  }
}

/** The text of a small regular file; `undefined` when it cannot be read. */
export function textOf(path: string): string | undefined {
  try {
    // Anything else, such as a named pipe, could keep the reader waiting.
    if (statSync(path, { throwIfNoEntry: false })?.isFile() !== true) return undefined;
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}
