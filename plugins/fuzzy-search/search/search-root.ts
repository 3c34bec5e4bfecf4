import { lstatSync } from "node:fs";
import type { Build } from "../index/build.ts";
import type { RootIndex } from "../index/root-index.ts";
import type { Segment } from "../index/segment.ts";
import { turn } from "../index/turn.ts";
import type { Ranked } from "../rank/meant.ts";
import { parseQuery, type Word } from "../rank/query.ts";
import { Collector, FirstPaths, inOrder, type Order } from "./collector.ts";
import { practise } from "./practice.ts";
import { looksMistyped, withoutOneLetter } from "./typos.ts";

export interface RootSearch {
  readonly index: RootIndex;
  readonly query: string;
  readonly order: Order;
  readonly limit: number;
  readonly strict: boolean;
  readonly signal: AbortSignal;
  /** Called now and then while it takes its time. */
  readonly onPartial?: (
    ranked: readonly Ranked[],
    state: { seen: number; matches: number },
  ) => void;
}

/** Fewer tracked files than this: the whole listing is there nearly as soon. */
const manyFiles = 20_000;
const partialMs = 200;
const strongPerLetter = 22;

type Taker = Collector | FirstPaths;

/** Searches one root; what is found last is checked to be there still. */
export class RootSearcher {
  readonly #search: RootSearch;
  readonly #words: Word[];

  constructor(search: RootSearch) {
    this.#search = search;
    this.#words = parseQuery(search.query);
  }

  async run(): Promise<Ranked[]> {
    const { index, strict, signal } = this.#search;
    const build = await index.current(strict);
    try {
      const ranked = build.done ? await this.#searchAll(build.segments) : await this.#follow(build);
      const segments = build.tracked ?? build.segments;
      const mended = signal.aborted ? ranked : await this.#mended(ranked, segments);
      return this.#existing(mended);
    } finally {
      if (build !== index.build) build.stop();
      index.afterSearch();
    }
  }

  #collector(): Taker {
    const { order, limit } = this.#search;
    return this.#words.length === 0 ? new FirstPaths(limit * 2) : new Collector(this.#words, order);
  }

  async #searchAll(segments: readonly Segment[]): Promise<Ranked[]> {
    const collector = this.#collector();
    // Folders that are listed again meanwhile come as segments at the end.
    for (const segment of segments) {
      if (this.#search.signal.aborted) break;
      collector.add(segment);
      if (segments.length > 2) await turn();
    }
    return collector.ranked();
  }

  /** Searches a listing while it is made. */
  async #follow(build: Build): Promise<Ranked[]> {
    const { signal, onPartial, strict } = this.#search;
    const collector = this.#collector();
    const waiting = [...build.segments];
    let hasNews = false;
    let news = Promise.withResolvers<void>();
    const unlisten = build.listen((segment) => {
      if (segment !== undefined) waiting.push(segment);
      hasNews = true;
      news.resolve();
    });
    const onAbort = () => news.resolve();
    signal.addEventListener("abort", onAbort);
    const isNew = build.tracked === undefined && waiting.length === 0;
    if (isNew) await practise(this.#words, () => hasNews || build.done || signal.aborted);
    // The first is told as soon as there is something to tell.
    let toldAt = -Infinity;
    let early = strict;
    const ahead = { collector: this.#collector(), taken: 0 };
    try {
      while (!signal.aborted) {
        if (!early) this.#takeAhead(ahead, build.tracked ?? build.coming ?? []);
        if (!early && build.tracked !== undefined) {
          early = true;
          const tracked = this.#fromTracked(build.tracked, ahead.collector);
          if (tracked !== undefined) return tracked;
        }
        const segment = waiting.shift();
        if (segment === undefined) {
          if (build.done) break;
          await news.promise;
          news = Promise.withResolvers<void>();
          continue;
        }
        collector.add(segment);
        if (onPartial === undefined || performance.now() - toldAt < partialMs) continue;
        toldAt = performance.now();
        onPartial(collector.ranked(), { seen: build.fileCount, matches: collector.matches });
      }
      // A listing that failed is our fault, and is told as such.
      if (build.done) await build.finished;
      return collector.ranked();
    } finally {
      unlisten();
      signal.removeEventListener("abort", onAbort);
    }
  }

  #takeAhead(ahead: { collector: Taker; taken: number }, segments: readonly Segment[]): void {
    for (const segment of segments.slice(ahead.taken)) ahead.collector.add(segment);
    ahead.taken = segments.length;
  }

  /** The answer when tracked files alone give one that more files would hardly change. */
  #fromTracked(segments: readonly Segment[], collector: Taker): Ranked[] | undefined {
    const count = segments.reduce((sum, segment) => sum + segment.count, 0);
    if (count < manyFiles) return undefined;
    const ranked = collector.ranked();
    const letters = this.#words.reduce((sum, word) => sum + word.codes.length, 0);
    const strong = (ranked[0]?.score ?? 0) >= strongPerLetter * Math.max(1, letters);
    return strong || collector.matches >= this.#search.limit ? ranked : undefined;
  }

  async #mended(ranked: Ranked[], segments: readonly Segment[]): Promise<Ranked[]> {
    const { order, signal } = this.#search;
    if (order !== "meant" || !looksMistyped(this.#words, ranked[0])) return ranked;
    const best = new Map(ranked.map((each) => [each.path, each]));
    for (const each of await withoutOneLetter(this.#words, segments, signal)) {
      const known = best.get(each.path);
      if (known === undefined || known.meant < each.meant) best.set(each.path, each);
    }
    return inOrder([...best.values()], order);
  }

  /** The first ones that are there: git tracks what was deleted, and a folder may not be watched. */
  #existing(ranked: readonly Ranked[]): Ranked[] {
    const { index, limit } = this.#search;
    const found: Ranked[] = [];
    for (const each of ranked) {
      if (found.length === limit) break;
      try {
        const stats = lstatSync(`${index.root}/${each.path}`, { throwIfNoEntry: false });
        if (stats?.isDirectory() === false) found.push(each);
      } catch {
        // In a folder that became a file, or that can no longer be entered.
      }
    }
    return found;
  }
}
