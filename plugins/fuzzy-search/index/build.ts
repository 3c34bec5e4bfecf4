import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Folder, newFolder } from "../files/folder.ts";
import type { Git } from "../files/git.ts";
import type { Listing, Skipped } from "../files/list-folder.ts";
import { type Surroundings, surroundings } from "../files/surroundings.ts";
import { TrackedFilter } from "../files/tracked.ts";
import { Walk } from "../files/walk.ts";
import { type Segment, SegmentBuilder, segmentLimit } from "./segment.ts";
import { turn } from "./turn.ts";

/** Milliseconds a thread works before it looks for messages. */
export const sliceMs = 8;

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
  readonly skipped: Skipped = { unreadableFolders: 0, otherNames: 0 };
  fileCount = 0;
  done = false;
  tooLarge = false;
  /** Set for a short time, before the listing is done. */
  tracked: Segment[] | undefined;
  readonly #options: BuildOptions;
  readonly #listeners = new Set<(segment?: Segment) => void>();
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
    return () => void this.#listeners.delete(listener);
  }

  stop(): void {
    this.#stop.abort();
  }

  async #run(): Promise<void> {
    const { root, git, hidden } = this.#options;
    const { signal } = this.#stop;
    try {
      const tracked = git.tracked(root, signal).then((list) => this.#takeTracked(list));
      const settings = await git.settings(root, signal);
      this.around = surroundings(root, settings);
      const { rules, personal, watched } = this.around;
      this.listing = {
        root: root === "/" ? "" : root,
        hidden,
        ignoreCase: settings.ignoreCase,
        personal,
        ruleFiles: new Set(watched),
        skipped: this.skipped,
      };
      this.top = newFolder("", rules);
      const onSegment = (segment: Segment) => this.#take(segment);
      const walk = new Walk({ listing: this.listing, start: [this.top], onSegment });
      while (!walk.step(sliceMs)) {
        if (signal.aborted) return;
        this.fileCount = walk.fileCount;
        await turn();
      }
      this.fileCount = walk.fileCount;
      this.folders = walk.folders;
      if ((await tracked) > 0) await this.#addIgnored(this.listing);
    } finally {
      this.done = true;
      this.tracked = undefined;
      this.#tell();
    }
  }

  /** Gives how many there are. */
  #takeTracked(list: Buffer | undefined): number {
    if (list === undefined || this.done) return 0;
    const { segments, count } = fromGit(list, this.#options.hidden);
    // What such files leave out is known only when they are read.
    const { root } = this.#options;
    const unsure = existsSync(join(root, ".ignore")) || list.includes("/.ignore\0");
    if (!unsure && this.around?.rules.hasIgnoreFiles !== true) {
      this.tracked = segments;
      this.#tell();
    }
    return count;
  }

  async #addIgnored(listing: Listing): Promise<void> {
    const { root, git, hidden } = this.#options;
    const list = await git.trackedButIgnored(root, this.#stop.signal);
    if (list === undefined || list.length === 0) return;
    const kept = list.toString("latin1").split("\0").slice(0, -1);
    if (this.around === undefined) return;
    const filter = new TrackedFilter(listing, this.around.rules);
    const wanted = kept.filter((path) => filter.keeps(path));
    const text = Buffer.from(wanted.map((path) => `${path}\0`).join(""), "latin1");
    const { segments, count } = fromGit(text, hidden);
    this.fileCount += count;
    for (const segment of segments) this.#take(segment);
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

/** The paths that git prints, as segments. */
function fromGit(list: Buffer, hidden: boolean): { segments: Segment[]; count: number } {
  const segments: Segment[] = [];
  let builder = new SegmentBuilder();
  let count = 0;
  for (let from = 0; from < list.length;) {
    const to = list.indexOf(0, from);
    const bytes = list.subarray(from, to);
    from = to + 1;
    if (!hidden && (bytes[0] === 46 || bytes.includes("/."))) continue;
    if (!addPath(builder, bytes)) continue;
    count += 1;
    if (builder.count < segmentLimit) continue;
    segments.push(builder.build());
    builder = new SegmentBuilder();
  }
  if (builder.count > 0) segments.push(builder.build());
  return { segments, count };
}

/** False for a path that is not UTF-8. */
function addPath(builder: SegmentBuilder, bytes: Buffer): boolean {
  for (const byte of bytes) {
    if (byte < 128) continue;
    const path = bytes.toString();
    if (path.includes("\uFFFD")) return false;
    builder.add(path, path.lastIndexOf("/") + 1);
    return true;
  }
  builder.addBytes(bytes);
  return true;
}
