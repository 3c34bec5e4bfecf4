import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type Folder, newFolder } from "../files/folder.ts";
import type { Git } from "../files/git.ts";
import { type Listing, Skipped } from "../files/list-folder.ts";
import { type GitSettings, type Surroundings, surroundings } from "../files/surroundings.ts";
import { TrackedFilter } from "../files/tracked.ts";
import { Walk } from "../files/walk.ts";
import { timeOf } from "./folder-time.ts";
import { segmentsOf } from "./from-git.ts";
import type { Segment } from "./segment.ts";
import { turn } from "./turn.ts";

/** Milliseconds a thread works before it looks for messages. */
export const sliceMs = 8;

/**
 * How long the listing waits for git, which needs some 30 ms for 100,000 files. What git prints is
 * read between two pieces of work, so that a listing beside it would make it last much longer.
 */
const trackedMs = 3000;

export interface BuildOptions {
  /** Absolute, links resolved. */
  readonly root: string;
  readonly hidden: boolean;
  readonly git: Git;
  /** Above this many files nothing is kept: who listens gets every segment once. */
  readonly maxFiles: number;
}

/**
 * One listing of a whole tree. What git tracks is known early and the rest follows; files that are
 * tracked count as wanted, whatever git's ignore files say.
 */
export class Build {
  readonly startedAt = Date.now();
  /** All that is there, as long as it is kept. */
  segments: Segment[] = [];
  folders: Folder[] = [];
  top: Folder | undefined;
  listing: Listing | undefined;
  around: Surroundings | undefined;
  readonly skipped = new Skipped();
  fileCount = 0;
  done = false;
  tooLarge = false;
  /** What git tracks, as far as it has printed it; grows. */
  coming: readonly Segment[] | undefined;
  /** Set for a short time, before the listing is done. */
  tracked: Segment[] | undefined;
  /** When git's list of files was changed before it was read; NaN without one. */
  indexTime = Number.NaN;
  readonly #options: BuildOptions;
  #ignored: Segment[] = [];
  readonly #listeners = new Set<(segment?: Segment) => void>();
  #quiet: PromiseWithResolvers<void> | undefined;
  readonly #stop = new AbortController();
  readonly finished: Promise<void>;

  constructor(options: BuildOptions) {
    this.#options = options;
    this.finished = this.#run();
    // Who waits for it sees its failure; without anybody it is of no interest.
    this.finished.catch(() => undefined);
  }

  /** Hears of every new segment, and without one of anything else that is new. */
  listen(listener: (segment?: Segment) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.#quiet?.resolve();
    };
  }

  /** Nobody is reading the segments of the listing: they may be changed. */
  async quiet(): Promise<void> {
    while (this.#listeners.size > 0) {
      this.#quiet ??= Promise.withResolvers<void>();
      await this.#quiet.promise;
      this.#quiet = undefined;
    }
  }

  stop(): void {
    this.#stop.abort();
  }

  async #run(): Promise<void> {
    const { root, git, hidden } = this.#options;
    const { signal } = this.#stop;
    try {
      const asked = git.settings(root, signal);
      const tracked = this.#listTracked(asked);
      const settings = await asked;
      this.around = surroundings(root, settings);
      const { rules, personal, watched, index } = this.around;
      this.indexTime = index === undefined ? Number.NaN : timeOf(index);
      this.listing = {
        root: root === "/" ? "" : root,
        hidden,
        ignoreCase: settings.ignoreCase,
        personal,
        ruleFiles: new Set(watched),
        skipped: this.skipped,
      };
      this.top = newFolder("", rules);
      // First what is known soon: an early answer must not wait for a slice of the long way.
      await Promise.race([tracked, delay(trackedMs, undefined, { ref: false })]);
      await turn();
      // Beside the walk: it prints next to nothing.
      const ignored = tracked.then((count) =>
        count > 0 ? git.trackedButIgnored(root, signal) : undefined,
      );
      // Its failure is seen below, if nothing else fails before.
      ignored.catch(() => undefined);
      const onSegment = (segment: Segment) => this.#take(segment);
      const walk = new Walk({ listing: this.listing, start: [this.top], onSegment });
      while (!walk.step(sliceMs)) {
        if (signal.aborted) return;
        this.fileCount = walk.fileCount;
        await turn();
      }
      this.fileCount = walk.fileCount;
      this.folders = walk.folders;
      this.#addIgnored(this.listing, await ignored);
    } finally {
      this.done = true;
      this.tracked = undefined;
      this.coming = undefined;
      this.#tell();
    }
  }

  /** Gives how many there are. */
  async #listTracked(settings: Promise<GitSettings>): Promise<number> {
    const { root, git, hidden } = this.#options;
    const all: Segment[] = [];
    // What such files leave out is known only when they are read.
    let unsure = existsSync(join(root, ".ignore"));
    let sum = 0;
    const worked = await git.tracked(root, this.#stop.signal, (list) => {
      const { segments, count } = segmentsOf(list, hidden);
      sum += count;
      unsure ||= list.includes("/.ignore\0");
      all.push(...segments);
      if (unsure || this.done) return;
      this.coming = all;
      this.#tell();
    });
    this.coming = undefined;
    // Those above the root are read by then.
    await settings;
    if (!worked || this.done) return 0;
    if (!unsure && this.around?.rules.hasIgnoreFiles !== true) {
      this.tracked = all;
      this.#tell();
    }
    return sum;
  }

  /** Asks anew which ignored files are tracked: git's list of files changed. */
  async listIgnored(): Promise<void> {
    const { root, git } = this.#options;
    if (this.listing === undefined || this.around?.index === undefined) return;
    this.indexTime = timeOf(this.around.index);
    const list = await git.trackedButIgnored(root, this.#stop.signal);
    const old = this.#ignored;
    this.#ignored = [];
    this.#addIgnored(this.listing, list);
    // Last, and in one go: a search that goes through the segments finds the old or the new ones.
    for (const { masks } of old) {
      this.fileCount -= masks.length;
      masks.fill(0);
    }
  }

  #addIgnored(listing: Listing, list: Buffer | undefined): void {
    if (list === undefined || list.length === 0 || this.around === undefined) return;
    const kept = list.toString("latin1").split("\0").slice(0, -1);
    const filter = new TrackedFilter(listing, this.around.rules);
    const wanted = kept.filter((path) => filter.keeps(path));
    const text = Buffer.from(wanted.map((path) => `${path}\0`).join(""), "latin1");
    this.#ignored = segmentsOf(text, this.#options.hidden).segments;
    for (const segment of this.#ignored) {
      this.fileCount += segment.count;
      this.#take(segment);
    }
  }

  #take(segment: Segment): void {
    if (!this.tooLarge) this.segments.push(segment);
    const count = this.segments.reduce((sum, each) => sum + each.count, 0);
    if (count > this.#options.maxFiles) {
      this.tooLarge = true;
      this.segments = [];
    }
    this.#tell(segment);
  }

  #tell(segment?: Segment): void {
    for (const listener of this.#listeners) listener(segment);
  }
}
