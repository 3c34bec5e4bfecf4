import { existsSync, mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { isJsonObject } from "../../core/index.ts";

/**
 * Makes a folder and those above it, where they are not there. One by one: where nothing can be
 * made, as under /proc, Node's own recursion never ends; and it says ENOENT of a read-only disk.
 */
export function makeFolder(path: string): void {
  try {
    mkdirSync(path);
  } catch (error) {
    const code = isJsonObject(error) ? error["code"] : undefined;
    if (code === "EEXIST" && statSync(path).isDirectory()) return;
    const parent = dirname(path);
    if (code !== "ENOENT" || existsSync(parent)) throw error;
    makeFolder(parent);
    makeFolder(path);
  }
}
