import { realpath, stat, readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { getSystemErrorMap } from "node:util";
import { errorMessage } from "../../../core/index.ts";
import { PatchError } from "./error.ts";

/** The place that writing to a path reaches: links followed, folders yet to be made kept as named. */
export async function targetPlace(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    const code = errorCode(error);
    const parent = dirname(path);
    if ((code !== "ENOENT" && code !== "ENOTDIR") || parent === path) throw error;
    return join(await targetPlace(parent), basename(path));
  }
}

/** The place of the directory entry itself: a link at the end of the path is not followed. */
export async function entryPlace(path: string): Promise<string> {
  return join(await targetPlace(dirname(path)), basename(path));
}

/** The bytes of a regular file, undefined when there is none; anything else is a `PatchError`. */
export async function readRegular(path: string): Promise<Buffer | undefined> {
  const found = await ifPresent(stat(path));
  if (found === undefined) return undefined;
  if (found.isDirectory()) throw new PatchError("is a folder");
  // Opening a pipe or a device could wait for ever.
  if (!found.isFile()) throw new PatchError("is not a regular file");
  return ifPresent(readFile(path));
}

/** Turns "there is no such file" into undefined. */
export async function ifPresent<T>(wanted: Promise<T>): Promise<T | undefined> {
  try {
    return await wanted;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** What the operating system says, for example `no such file or directory (ENOENT)`. */
export function osReason(error: unknown): string {
  const code = errorCode(error);
  if (code === undefined) return errorMessage(error);
  for (const [name, text] of getSystemErrorMap().values()) {
    if (name === code) return `${text} (${code})`;
  }
  return errorMessage(error);
}

export function errorCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}
