import { scan, type ScanWord, scanWords } from "../index/scan.ts";
import type { Segment } from "../index/segment.ts";
import { type Entry, Shortlist } from "../index/shortlist.ts";
import { align, haystackOf } from "../rank/align.ts";
import { type Ranked, rank } from "../rank/meant.ts";
import type { Word } from "../rank/query.ts";

/** `meant`: the file a person means first. `score`: by the score alone, as older servers do. */
export type Order = "meant" | "score";

/** So many paths are compared with care. */
const shortlisted = 160;
/** Equal scores are put in order by path: room for those at the end of the list. */
const scored = 2000;

/** Takes the segments of one root and keeps what answers the query best. */
export class Collector {
  /** Paths that match, so far. */
  matches = 0;
  readonly #words: readonly Word[];
  readonly #scanWords: readonly ScanWord[];
  readonly #order: Order;
  readonly #shortlist: Shortlist;

  constructor(words: readonly Word[], order: Order) {
    this.#words = words;
    this.#scanWords = scanWords(words);
    this.#order = order;
    this.#shortlist = new Shortlist(order === "score" ? scored : shortlisted);
  }

  add(segment: Segment): void {
    if (this.#order === "meant") {
      this.matches += scan(segment, this.#scanWords, this.#shortlist);
      return;
    }
    const all: Entry[] = [];
    scan(segment, this.#scanWords, {
      offer: (_, from, at) => void all.push({ segment: from, at }),
    });
    for (const entry of all) {
      const found = align(this.#words, haystackOf(entry.segment.path(entry.at)));
      if (found === undefined) continue;
      this.matches += 1;
      this.#shortlist.offer(found.score, segment, entry.at);
    }
  }

  /** The best first. */
  ranked(): Ranked[] {
    const paths = new Set(this.#shortlist.best().map(({ segment, at }) => segment.path(at)));
    const found = [...paths].map((path) => rank(path, this.#words));
    return inOrder(
      found.filter((each) => each !== undefined),
      this.#order,
    );
  }
}

/** Keeps the first paths in the order of their bytes: what a blank query asks for. */
export class FirstPaths {
  matches = 0;
  readonly #limit: number;
  #paths: string[] = [];
  /** What comes behind it is not among the first. */
  #last: string | undefined;

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(segment: Segment): void {
    for (let at = 0; at < segment.count; at += 1) {
      if (!segment.isAlive(at)) continue;
      this.matches += 1;
      const path = segment.path(at);
      if (this.#last !== undefined && byBytes(path, this.#last) >= 0) continue;
      this.#paths.push(path);
      if (this.#paths.length > this.#limit * 8) this.#cut();
    }
  }

  ranked(): Ranked[] {
    this.#cut();
    return this.#paths.map((path) => ({ path, score: 0, indices: [], meant: 0 }));
  }

  #cut(): void {
    this.#paths = [...new Set(this.#paths)].toSorted(byBytes).slice(0, this.#limit);
    if (this.#paths.length === this.#limit) this.#last = this.#paths.at(-1);
  }
}

/** Equally good ones by score and path, so that the order is the same every time. */
export function inOrder<T extends Ranked>(found: readonly T[], order: Order): T[] {
  return found.toSorted(
    (a, b) =>
      (order === "meant" ? b.meant - a.meant : 0) || b.score - a.score || byBytes(a.path, b.path),
  );
}

function byBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
