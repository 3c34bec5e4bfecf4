import { type Segment, SegmentBuilder, segmentLimit } from "../index/segment.ts";
import type { Folder, Range } from "./folder.ts";
import { type Listing, listFolder } from "./list-folder.ts";

export interface WalkOptions {
  readonly listing: Listing;
  /** Listed first; what was known about the folders in them is kept. */
  readonly start: readonly Folder[];
  /** Folders that were replaced, so that nothing known about them counts. */
  readonly replaced?: ReadonlySet<string>;
  readonly onSegment: (segment: Segment) => void;
}

/**
 * Lists folders and everything below them, a slice of time at once, near ones before far ones. Gives
 * the files away as segments.
 */
export class Walk {
  /** Those that were listed for the first time. */
  readonly folders: Folder[] = [];
  fileCount = 0;
  readonly #options: WalkOptions;
  readonly #queue: Folder[];
  #next = 0;
  #builder = new SegmentBuilder();
  #slot: Range["slot"] = {};

  constructor(options: WalkOptions) {
    this.#options = options;
    this.#queue = [...options.start];
  }

  /** Works for so many milliseconds; true when all is listed and given away. */
  step(forMs: number): boolean {
    const until = performance.now() + forMs;
    while (this.#next < this.#queue.length) {
      const folder = this.#queue[this.#next];
      this.#next += 1;
      if (folder !== undefined && !folder.gone) this.#list(folder);
      if (this.#next === 10_000) {
        // What is done is not kept twice.
        this.#queue.splice(0, this.#next);
        this.#next = 0;
      }
      if (this.#next < this.#queue.length && performance.now() >= until) return false;
    }
    if (this.#builder.count > 0) this.#give();
    return true;
  }

  #list(folder: Folder): void {
    const { listing, replaced } = this.#options;
    forget(folder.files);
    folder.files = undefined;
    const listed = listFolder(folder, listing);
    if (listed === undefined) {
      forgetAll(folder);
      return;
    }
    const from = this.#builder.count;
    for (const name of listed.names) {
      this.#builder.add(folder.path + name, folder.path.length);
    }
    folder.files = { slot: this.#slot, from, to: this.#builder.count };
    this.fileCount += listed.names.length;
    const known = new Map(folder.children.map((child) => [child.path, child]));
    folder.children = listed.children.map((child) => {
      const old = replaced?.has(child.path) === true ? undefined : known.get(child.path);
      if (old !== undefined && !old.gone) {
        known.delete(child.path);
        return old;
      }
      this.#queue.push(child);
      return child;
    });
    for (const lost of known.values()) forgetAll(lost);
    if (!folder.listed) this.folders.push(folder);
    folder.listed = true;
    if (this.#builder.count >= segmentLimit) this.#give();
  }

  #give(): void {
    const segment = this.#builder.build();
    this.#slot.segment = segment;
    this.#builder = new SegmentBuilder();
    this.#slot = {};
    this.#options.onSegment(segment);
  }
}

function forget(range: Range | undefined): void {
  const masks = range?.slot.segment?.masks;
  if (range === undefined || masks === undefined) return;
  masks.fill(0, range.from, range.to);
}

function forgetAll(folder: Folder): void {
  folder.gone = true;
  forget(folder.files);
  for (const child of folder.children) forgetAll(child);
}
