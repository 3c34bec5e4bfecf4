import { lstat, realpath } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { readBlob, type Blob } from "./blob.ts";
import { entryPlace } from "./disk.ts";
import { gitDiff, type FileDiff } from "./git-diff.ts";
import { similarity } from "./similarity.ts";

interface Remembered {
  readonly path: string;
  /** Relative to the enclosing git root, else absolute. */
  readonly name: string;
  readonly before: Blob | undefined;
}

interface Seen extends Remembered {
  readonly after: Blob | undefined;
}

/** Renames are looked for among at most this many pairs of files; a turn rarely has ten. */
const mostPairs = 1000;

/** Everything the patches of one task changed, as one git-style diff. */
export class TurnDiff {
  /** By place on the disk, so that a file with two names appears once. */
  readonly #files = new Map<string, Remembered>();
  /** What was said last about a file, so that an unchanged state is not compared again. */
  readonly #written = new Map<string, { readonly key: string; readonly text: string }>();

  /** To be awaited before a patch writes; keeps what the files hold. Never rejects. */
  async remember(paths: readonly string[]): Promise<void> {
    for (const path of paths) {
      await this.#remember(path);
      // Writing goes through a link, so the file behind it is the one that changes.
      const target = await linkTarget(path);
      if (target !== undefined) await this.#remember(target);
    }
  }

  /** The content before the first patch against the disk now; undefined when nothing differs. */
  async unified(): Promise<string | undefined> {
    const changed: Seen[] = [];
    for (const file of this.#files.values()) {
      const after = await readBlob(file.path);
      if (after === "unreadable") continue;
      if (after?.id !== file.before?.id || after?.mode !== file.before?.mode) {
        changed.push({ ...file, after });
      }
    }
    const texts: string[] = [];
    for (const file of pairRenames(changed).toSorted(byName)) texts.push(await this.#text(file));
    return texts.length === 0 ? undefined : texts.join("");
  }

  async #remember(path: string): Promise<void> {
    const place = await entryPlace(path).catch(() => path);
    if (this.#files.has(place)) return;
    const before = await readBlob(path);
    if (before === "unreadable") return;
    const root = await gitRoot(dirname(path));
    const name = root === undefined ? path : relative(root, path);
    this.#files.set(place, { path, name, before });
  }

  async #text(file: FileDiff): Promise<string> {
    const sides = [file.before, file.after].map((blob) => `${blob?.id} ${blob?.mode}`);
    const key = [file.oldName, ...sides].join("\n");
    const known = this.#written.get(file.newName);
    if (known?.key === key) return known.text;
    const text = await gitDiff(file);
    this.#written.set(file.newName, { key, text });
    return text;
  }
}

async function linkTarget(path: string): Promise<string | undefined> {
  try {
    return (await lstat(path)).isSymbolicLink() ? await realpath(path) : undefined;
  } catch {
    return undefined;
  }
}

/** The nearest folder that holds `.git`, which is a file in worktrees and submodules. */
async function gitRoot(folder: string): Promise<string | undefined> {
  for (let at = folder; ; at = dirname(at)) {
    const found = await lstat(join(at, ".git")).then(
      () => true,
      () => false,
    );
    if (found) return at;
    if (dirname(at) === at) return undefined;
  }
}

/** A file that went and a similar one that came are one renamed file, the most similar first. */
function pairRenames(files: readonly Seen[]): FileDiff[] {
  const gone = files.filter(({ after }) => after === undefined);
  const made = files.filter(({ before }) => before === undefined);
  const pairs = gone.length * made.length > mostPairs ? [] : scored(gone, made);
  const renamed = new Map<Seen, { readonly from: Seen; readonly score: number }>();
  const used = new Set<Seen>();
  for (const { from, to, score } of pairs) {
    if (used.has(from) || renamed.has(to)) continue;
    used.add(from);
    renamed.set(to, { from, score });
  }
  return files
    .filter((file) => !used.has(file))
    .map((file) => {
      const rename = renamed.get(file);
      return {
        oldName: rename?.from.name ?? file.name,
        newName: file.name,
        before: rename?.from.before ?? file.before,
        after: file.after,
        similarity: rename?.score,
      };
    });
}

function scored(
  gone: readonly Seen[],
  made: readonly Seen[],
): { from: Seen; to: Seen; score: number }[] {
  return gone
    .flatMap((from) => made.map((to) => ({ from, to, score: score(from.before, to.after) })))
    .filter((pair) => pair.score >= 50)
    .toSorted((one, other) => other.score - one.score);
}

function score(before: Blob | undefined, after: Blob | undefined): number {
  if (before === undefined || after === undefined) return 0;
  const bothFiles = before.mode !== "120000" && after.mode !== "120000";
  return bothFiles ? similarity(before, after) : 0;
}

/** Code points, as git sorts bytes. */
function byName(one: FileDiff, other: FileDiff): number {
  return Buffer.compare(Buffer.from(one.newName), Buffer.from(other.newName));
}
