import type { Segment } from "./segment.ts";

/** A path by its place in an index. */
export interface Entry {
  readonly segment: Segment;
  readonly at: number;
}

/** Keeps the entries of the highest worth; of equal ones those that came first. */
export class Shortlist {
  readonly #limit: number;
  #worths: Int32Array;
  #places: Uint32Array;
  #segments: Segment[] = [];
  #count = 0;
  /** What is worth no more than this is not among the best. */
  #floor = -Infinity;

  constructor(limit: number) {
    this.#limit = limit;
    this.#worths = new Int32Array(limit * 4);
    this.#places = new Uint32Array(limit * 4);
  }

  get size(): number {
    return Math.min(this.#count, this.#limit);
  }

  /** `worth` is an integer. */
  offer(worth: number, segment: Segment, at: number): void {
    if (worth <= this.#floor) return;
    this.#worths[this.#count] = worth;
    this.#places[this.#count] = at;
    this.#segments[this.#count] = segment;
    this.#count += 1;
    if (this.#count === this.#worths.length) this.#cut();
  }

  best(): Entry[] {
    if (this.#count > this.#limit) this.#cut();
    return this.#segments
      .slice(0, this.#count)
      .map((segment, index) => ({ segment, at: this.#places[index] ?? 0 }));
  }

  #cut(): void {
    const order = Uint32Array.from({ length: this.#count }, (_, index) => index);
    order.sort((a, b) => (this.#worths[b] ?? 0) - (this.#worths[a] ?? 0) || a - b);
    const kept = order.subarray(0, this.#limit);
    this.#floor = this.#worths[kept.at(-1) ?? 0] ?? 0;
    const worths = new Int32Array(this.#worths.length);
    const places = new Uint32Array(this.#places.length);
    kept.forEach((from, to) => {
      worths[to] = this.#worths[from] ?? 0;
      places[to] = this.#places[from] ?? 0;
    });
    this.#segments = Array.from(kept, (from) => this.#segments[from]).filter(
      (segment) => segment !== undefined,
    );
    this.#worths = worths;
    this.#places = places;
    this.#count = kept.length;
  }
}
