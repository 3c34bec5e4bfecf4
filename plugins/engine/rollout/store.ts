import { readdir, realpath, rename, stat } from "node:fs/promises";
import { basename, join, sep } from "node:path";
import { ConversationError, errorMessage } from "../../../core/index.ts";
import type { ConversationPage, ConversationSummary, PageRequest } from "../../../core/index.ts";
import { makeFolder } from "../folders.ts";
import { readHead, readId, readSummary } from "./head.ts";
import { dayOf, isId, parseCursor, parseName, sessionsFolder, type RolloutName } from "./path.ts";

/** Records that one page looks into at most: empty ones do not count as items. */
const mostLookedAt = 100;
const dayMs = 86_400_000;

interface Found extends RolloutName {
  readonly path: string;
}

/** Id and path of the record that a request names; rejects with `ConversationError`. */
export async function locateRollout(
  home: string,
  { id, path }: { readonly id: string | undefined; readonly path: string | undefined },
): Promise<{ id: string; path: string }> {
  if (path !== undefined) return { id: await idOf(path), path };
  if (id === undefined) throw new ConversationError("request", "neither id nor path is given");
  const found = isId(id) ? await findRollout(home, id) : undefined;
  if (found !== undefined) return { id, path: found };
  throw new ConversationError("missing", `no record of conversation ${JSON.stringify(id)}`);
}

/** What the record says; its name may be anything. */
async function idOf(path: string): Promise<string> {
  let id: string | undefined;
  let bytes: number;
  try {
    [id, { size: bytes }] = await Promise.all([readId(path), stat(path)]);
  } catch (cause) {
    const message = `the record ${JSON.stringify(path)} cannot be read: ${errorMessage(cause)}`;
    throw new ConversationError("missing", message, { cause });
  }
  if (id !== undefined) return id;
  // Known to clients in these words.
  const problem =
    bytes === 0 ? "empty session file" : "failed to parse conversation ID from rollout file";
  throw new ConversationError("session", problem);
}

/** The record of a conversation, by its id. */
export async function findRollout(home: string, id: string): Promise<string | undefined> {
  const sessions = sessionsFolder(home);
  // An id of version 7 begins with its time; the folder is the day of some place on earth then.
  const born = Number.parseInt(id.replace("-", "").slice(0, 12), 16);
  const likely = [0, -dayMs, dayMs].map((shift) => dayOf(new Date(born + shift)));
  for (const day of likely) {
    const found = (await recordsOf(join(sessions, ...day))).find((one) => one.id === id);
    if (found !== undefined) return found.path;
  }
  for await (const records of days(sessions)) {
    const found = records.find((one) => one.id === id);
    if (found !== undefined) return found.path;
  }
  return undefined;
}

/**
 * One page of the conversations of a home, newest first by name. Only folders from the cursor on and
 * only the beginnings of the records of this page are read. Records that appear later sort before
 * the cursor, so pages neither repeat nor skip.
 */
export async function listRollouts(home: string, page: PageRequest): Promise<ConversationPage> {
  const size = page.size ?? 25;
  const cursor = page.cursor === undefined ? undefined : parseCursor(page.cursor);
  const items: ConversationSummary[] = [];
  let last: Found | undefined;
  let looked = 0;
  if (size === 0) return { items };
  for await (const records of days(sessionsFolder(home), cursor?.time.slice(0, 10))) {
    for (const record of records.toSorted(newestFirst)) {
      if (cursor !== undefined && newestFirst(record, cursor) <= 0) continue;
      if (items.length === size || looked === Math.max(mostLookedAt, size)) {
        return pageUpTo(items, last);
      }
      looked += 1;
      last = record;
      const summary = await readSummary(record.path, page.sources);
      if (summary !== undefined) items.push(summary);
    }
  }
  return pageUpTo(items, last);
}

/** What a list would show of this record; rejects with `ConversationError`. */
export async function summarize({ path }: { readonly path: string }): Promise<ConversationSummary> {
  const head = await readHead(path);
  if (head === undefined) throw new ConversationError("session", "no session_meta in its head");
  const { source: _, said: __, ...summary } = head;
  return summary;
}

/** Moves a record to the archive; rejects with `ConversationError`. */
export async function archiveRollout(home: string, id: string, path: string): Promise<void> {
  try {
    const archive = join(home, "archived_sessions");
    makeFolder(archive);
    await rename(path, join(archive, basename(path)));
  } catch (cause) {
    const message = `failed to archive conversation ${id}: ${errorMessage(cause)}`;
    throw new ConversationError("session", message, { cause });
  }
}

/** The real path of a record that may be archived; rejects with `ConversationError`. */
export async function archivable(home: string, id: string, path: string): Promise<string> {
  const name = `rollout path \`${path}\``;
  const real = await realpath(path).catch(() => undefined);
  if (real === undefined || !(await isInSessions(home, real))) {
    throw new ConversationError("request", `${name} must be in sessions directory`);
  }
  if (!real.endsWith(`${id}.jsonl`)) {
    throw new ConversationError("request", `${name} does not match conversation id ${id}`);
  }
  return real;
}

/** Whether a record lies where this home keeps its own. */
export async function isInSessions(home: string, path: string): Promise<boolean> {
  try {
    return (await realpath(path)).startsWith((await realpath(sessionsFolder(home))) + sep);
  } catch {
    return false;
  }
}

function pageUpTo(items: ConversationSummary[], last: Found | undefined): ConversationPage {
  return last === undefined ? { items } : { items, next: `${last.time}|${last.id}` };
}

/** The records day by day, newest day first; none of days after `until`, `YYYY-MM-DD`. */
async function* days(sessions: string, until?: string): AsyncGenerator<Found[]> {
  for (const year of await numbered(sessions)) {
    for (const month of await numbered(join(sessions, year))) {
      for (const day of await numbered(join(sessions, year, month))) {
        if (until !== undefined && `${year}-${month}-${day}` > until) continue;
        yield recordsOf(join(sessions, year, month, day));
      }
    }
  }
}

async function numbered(folder: string): Promise<string[]> {
  const names = await namesIn(folder);
  return names.filter((name) => /^\d+$/.test(name)).toSorted((one, other) => compare(other, one));
}

async function recordsOf(folder: string): Promise<Found[]> {
  return (await namesIn(folder)).flatMap((name) => {
    const parsed = parseName(name);
    return parsed === undefined ? [] : [{ ...parsed, path: join(folder, name) }];
  });
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch {
    // Not there, or not a folder: nothing of ours.
    return [];
  }
}

function newestFirst(one: RolloutName, other: RolloutName): number {
  return compare(other.time, one.time) || compare(other.id, one.id);
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
