import { realpathSync, statSync } from "node:fs";
import { basename } from "node:path";
import { Git } from "../files/git.ts";
import { WatchBudget } from "../index/freshness.ts";
import { RootIndex } from "../index/root-index.ts";
import type { Ranked } from "../rank/meant.ts";
import { inOrder } from "./collector.ts";
import type { Found, FoundFile, Partial, SearchRequest, ThreadSettings } from "./messages.ts";
import { RootSearcher } from "./search-root.ts";

export interface SearchControl {
  readonly signal: AbortSignal;
  readonly onPartial: (partial: Partial) => void;
}

interface Root {
  readonly given: string;
  readonly index: RootIndex;
}

/** A file with the root it was found from. */
interface Hit extends Ranked {
  readonly root: Root;
}

const mostRoots = 32;

/** Searches roots and keeps their indexes. */
export class SearchEngine {
  readonly #settings: ThreadSettings;
  readonly #git: Git;
  readonly #budget: WatchBudget;
  readonly #indexes = new Map<string, RootIndex>();

  constructor(settings: ThreadSettings) {
    this.#settings = settings;
    this.#git = new Git(settings.env);
    this.#budget = new WatchBudget(settings.maxWatches);
  }

  get isEmpty(): boolean {
    return this.#indexes.size === 0;
  }

  async search(request: SearchRequest, control: SearchControl): Promise<Found> {
    const notes: string[] = [];
    const roots = this.#open(request, notes);
    const { query, order, limit } = request;
    const hits = new Map<Root, readonly Ranked[]>();
    const states = new Map<Root, { seen: number; matches: number }>();
    const tell = () => {
      const sum = (pick: "seen" | "matches") =>
        [...states.values()].reduce((all, state) => all + state[pick], 0);
      const cut = new Map([...hits].map(([root, ranked]) => [root, ranked.slice(0, limit)]));
      const files = joined(cut, order);
      control.onPartial({ files, notes, seen: sum("seen"), matches: sum("matches") });
    };
    const searches = roots.map(async (root) => {
      const { index } = root;
      const searcher = new RootSearcher({
        index,
        query,
        order,
        limit,
        strict: this.#settings.strict,
        signal: control.signal,
        ...(request.partials && {
          onPartial: (ranked: readonly Ranked[], state: { seen: number; matches: number }) => {
            hits.set(root, ranked);
            states.set(root, state);
            tell();
          },
        }),
      });
      hits.set(root, await searcher.run());
      notes.push(...skippedNotes(root));
    });
    await Promise.all(searches);
    this.#makeRoom(roots);
    return { files: joined(hits, order), notes };
  }

  /** Drops what was not used for long. */
  forget(): void {
    const now = Date.now();
    for (const [path, index] of this.#indexes) {
      if (now - index.usedAt >= this.#settings.forgetAfterMs) this.#drop(path, index);
    }
  }

  close(): void {
    for (const [path, index] of this.#indexes) this.#drop(path, index);
  }

  /** The roots that are folders, each once; the others are noted. */
  #open({ roots }: SearchRequest, notes: string[]): Root[] {
    const opened = new Map<string, Root>();
    for (const { given, path } of roots) {
      // It is no name of a folder; as a path it would be the server's own.
      const real = given === "" ? { problem: "root does not exist" } : folderAt(path);
      if (typeof real !== "string") notes.push(`${real.problem}: ${JSON.stringify(given)}`);
      else if (!opened.has(real)) opened.set(real, { given, index: this.#indexOf(real) });
    }
    return [...opened.values()];
  }

  #indexOf(root: string): RootIndex {
    const known = this.#indexes.get(root);
    if (known !== undefined) {
      known.usedAt = Date.now();
      return known;
    }
    const { hidden, maxFiles } = this.#settings;
    const index = new RootIndex({ root, hidden, maxFiles, git: this.#git }, this.#budget);
    this.#indexes.set(root, index);
    return index;
  }

  /** Keeps the sum of all below the limit; the roots used longest ago go first. */
  #makeRoom(inUse: readonly Root[]): void {
    const used = new Set(inUse.map(({ index }) => index));
    const others = [...this.#indexes].filter(([, index]) => !used.has(index));
    others.sort(([, a], [, b]) => a.usedAt - b.usedAt);
    const files = () =>
      [...this.#indexes.values()].reduce((sum, { fileCount }) => sum + fileCount, 0);
    for (const [path, index] of others) {
      if (files() <= this.#settings.maxFiles && this.#indexes.size <= mostRoots) return;
      this.#drop(path, index);
    }
  }

  #drop(path: string, index: RootIndex): void {
    index.close();
    this.#indexes.delete(path);
  }
}

function folderAt(path: string): string | { problem: string } {
  try {
    if (!statSync(path).isDirectory()) return { problem: "root is not a folder" };
    return realpathSync(path);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT" || code === "ENOTDIR") return { problem: "root does not exist" };
    return { problem: `root cannot be read (${String(code)})` };
  }
}

function skippedNotes({ given, index }: Root): string[] {
  const { skipped } = index.build;
  const unreadableFolders = skipped.unreadable.size;
  const otherNames = [...skipped.otherNames.values()].reduce((sum, count) => sum + count, 0);
  const notes: string[] = [];
  const name = JSON.stringify(given);
  if (unreadableFolders > 0) {
    const folders = unreadableFolders === 1 ? "1 folder" : `${unreadableFolders} folders`;
    notes.push(`${folders} below ${name} could not be read`);
  }
  if (otherNames > 0) {
    const names = otherNames === 1 ? "1 name" : `${otherNames} names`;
    notes.push(`${names} below ${name} left out: not UTF-8`);
  }
  return notes;
}

/** The files of all roots, each file once, in one order. */
function joined(hits: ReadonlyMap<Root, readonly Ranked[]>, order: SearchRequest["order"]) {
  const all: Hit[] = [...hits].flatMap(([root, ranked]) =>
    ranked.map((each) => ({ ...each, root })),
  );
  const seen = new Set<string>();
  const files: FoundFile[] = [];
  for (const { root, path, score, indices } of inOrder(all, order)) {
    const place = `${root.index.root}/${path}`;
    if (seen.has(place)) continue;
    seen.add(place);
    files.push({ root: root.given, path, file_name: basename(path), score, indices });
  }
  return files;
}
