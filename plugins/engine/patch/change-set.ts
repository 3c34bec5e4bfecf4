import type { FileChange, FileChanges } from "../../../core/index.ts";
import { unifiedHunks } from "./diff.ts";
import { entryPlace, readRegular, targetPlace } from "./disk.ts";

/** One file as the patch finds it and as it leaves it. */
export interface Entry {
  /** Absolute, as the patch names it. */
  readonly path: string;
  /** Undefined: no such file. */
  readonly before: Buffer | undefined;
  /** Undefined: gone. */
  text: string | undefined;
  /** Its whole content was given, by an add or a move onto it. */
  replaced: boolean;
  /** The file whose content came here by a move. */
  origin: Entry | undefined;
}

/** The files a patch touches, in memory: later sections see what earlier ones did. */
export class ChangeSet {
  /** By the place on the disk, so that two names of one file are one entry. */
  readonly #entries = new Map<string, Entry>();

  /** The file that writing to the path changes, links followed. */
  async target(path: string): Promise<Entry> {
    const own = this.#entries.get(await entryPlace(path));
    if (own !== undefined) return own;
    return this.#load(await targetPlace(path), path);
  }

  /** The directory entry that deleting the path removes. */
  async entry(path: string): Promise<Entry> {
    return this.#load(await entryPlace(path), path);
  }

  /** Every file read, with the bytes found; what `applyPatch` compares before it writes. */
  found(): { readonly path: string; readonly bytes: Buffer | undefined }[] {
    return [...this.#entries.values()].map(({ path, before }) => ({ path, bytes: before }));
  }

  /** What the patch does to each file in the end, by absolute path. */
  async changes(): Promise<FileChanges> {
    const entries = [...this.#entries.values()];
    const targets = new Map<Entry, Entry>();
    for (const entry of entries) {
      const { origin } = entry;
      if (origin?.before === undefined || origin.text !== undefined) continue;
      targets.set(origin, entry);
    }
    const moved = new Set(targets.values());
    const changes: FileChanges = {};
    for (const entry of entries) {
      if (moved.has(entry)) continue;
      const change = await describe(entry, targets.get(entry));
      if (change !== undefined) changes[entry.path] = change;
    }
    return changes;
  }

  async #load(place: string, path: string): Promise<Entry> {
    const known = this.#entries.get(place);
    if (known !== undefined) return known;
    // A file that this patch deletes may become a folder.
    const before = this.#insideDeleted(place) ? undefined : await readRegular(path);
    const entry: Entry = {
      path,
      before,
      text: before === undefined ? undefined : decode(before),
      replaced: false,
      origin: undefined,
    };
    this.#entries.set(place, entry);
    return entry;
  }

  #insideDeleted(place: string): boolean {
    return [...this.#entries].some(
      ([deleted, { text }]) => text === undefined && place.startsWith(`${deleted}/`),
    );
  }
}

async function describe(entry: Entry, target: Entry | undefined): Promise<FileChange | undefined> {
  const before = entry.before === undefined ? undefined : decode(entry.before);
  const text = target?.text ?? entry.text;
  if (text === undefined) return before === undefined ? undefined : { delete: { content: before } };
  if (target === undefined && (entry.replaced || before === undefined)) {
    return { add: { content: text } };
  }
  const hunks = await unifiedHunks(before ?? "", text, 1);
  return { update: { unified_diff: hunks, move_path: target?.path ?? null } };
}

/** For texts that are written back, `isUtf8` is asked first; here bad bytes only show as U+FFFD. */
function decode(bytes: Buffer): string {
  return bytes.toString("utf8");
}
