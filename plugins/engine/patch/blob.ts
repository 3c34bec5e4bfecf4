import { lstat, readFile, readlink } from "node:fs/promises";
import { errorCode } from "./disk.ts";

/** A file as git would store it. */
export interface Blob {
  readonly bytes: Buffer;
  readonly mode: "100644" | "100755" | "120000";
  /** 40 hex digits: SHA-1 of the header and the bytes. */
  readonly id: string;
}

export const absentId = "0".repeat(40);

/** The blob at a path; undefined when there is none, "unreadable" when nobody can tell. */
export async function readBlob(path: string): Promise<Blob | undefined | "unreadable"> {
  try {
    const found = await lstat(path);
    if (found.isSymbolicLink()) return blob(await readlink(path, "buffer"), "120000");
    if (!found.isFile()) return undefined;
    return blob(await readFile(path), (found.mode & 0o100) === 0 ? "100644" : "100755");
  } catch (error) {
    const code = errorCode(error);
    return code === "ENOENT" || code === "ENOTDIR" ? undefined : "unreadable";
  }
}

export function isBinary({ bytes }: Blob): boolean {
  return bytes.subarray(0, 8000).includes(0);
}

function blob(bytes: Buffer, mode: Blob["mode"]): Blob {
  const { createHash } = process.getBuiltinModule("node:crypto");
  const id = createHash("sha1").update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
  return { bytes, mode, id };
}
