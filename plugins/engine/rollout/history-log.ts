import { open, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { isJsonObject } from "../../../core/index.ts";
import type { HistoryEntry } from "../../../core/index.ts";
import { isThere } from "../small-file.ts";
import { releaseLock, takeLock } from "./lock.ts";

const mostTries = 10;
const retryMs = 100;

/** The person's message history at this moment: which file it is, and how many entries it has. */
export interface HistoryLog {
  /** Inode; 0 when there is no file. */
  readonly id: number;
  readonly entryCount: number;
}

export async function historyLog(home: string): Promise<HistoryLog> {
  const path = pathIn(home);
  if (!isThere(path)) return { id: 0, entryCount: 0 };
  try {
    const [{ ino }, bytes] = await Promise.all([stat(path), readFile(path)]);
    return { id: ino, entryCount: countLines(bytes) };
  } catch {
    return { id: 0, entryCount: 0 };
  }
}

/** Adds an entry under a lock of the file. Rejects when it cannot. */
export async function appendHistory(
  home: string,
  entry: { readonly conversationId: string; readonly text: string },
): Promise<void> {
  const ts = Math.floor(Date.now() / 1000);
  const line = { session_id: entry.conversationId, ts, text: entry.text };
  const lock = `${pathIn(home)}.lock`;
  await waitFor(lock);
  try {
    const file = await open(pathIn(home), "a", 0o600);
    try {
      // An older file may have been made for everybody to read.
      await file.chmod(0o600);
      await file.appendFile(`${JSON.stringify(line)}\n`);
    } finally {
      await file.close();
    }
  } finally {
    releaseLock(lock);
  }
}

/** The entry at an offset, counted from 0; `undefined` when the file is not the one that was meant. */
export async function readHistory(
  home: string,
  { logId, offset }: { readonly logId: number; readonly offset: number },
): Promise<HistoryEntry | undefined> {
  try {
    const file = await open(pathIn(home));
    try {
      if ((await file.stat()).ino !== logId) return undefined;
      return parseEntry((await file.readFile("utf8")).split("\n")[offset]);
    } finally {
      await file.close();
    }
  } catch {
    // No such file, or no such line in it.
    return undefined;
  }
}

function parseEntry(text = ""): HistoryEntry | undefined {
  const line: unknown = JSON.parse(text);
  if (!isJsonObject(line)) return undefined;
  const { session_id: conversationId, ts, text: words } = line;
  if (typeof conversationId !== "string" || typeof words !== "string") return undefined;
  return typeof ts === "number" ? { conversationId, ts, text: words } : undefined;
}

async function waitFor(lock: string): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const pid = takeLock(lock);
    if (pid === undefined) return;
    if (tries === mostTries) throw new Error(`the message history is locked by process ${pid}`);
    await setTimeout(retryMs);
  }
}

function pathIn(home: string): string {
  return join(home, "history.jsonl");
}

function countLines(bytes: Buffer): number {
  let count = 0;
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) count += 1;
  return count;
}
