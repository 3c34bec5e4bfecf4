import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { isThere } from "../small-file.ts";

/** The person's message history at this moment: which file it is, and how many entries it has. */
export interface HistoryLog {
  /** Inode; 0 when there is no file. */
  readonly id: number;
  readonly entryCount: number;
}

export async function historyLog(home: string): Promise<HistoryLog> {
  const path = join(home, "history.jsonl");
  if (!isThere(path)) return { id: 0, entryCount: 0 };
  try {
    const [{ ino }, bytes] = await Promise.all([stat(path), readFile(path)]);
    return { id: ino, entryCount: countLines(bytes) };
  } catch {
    return { id: 0, entryCount: 0 };
  }
}

function countLines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) count += 1;
  return count;
}
