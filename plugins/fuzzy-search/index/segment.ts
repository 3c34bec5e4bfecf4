import { plainCode } from "../rank/characters.ts";

/** Set in the mask of every path that is still there; a path that is gone has the mask 0. */
export const aliveBit = 1 << 31;
const otherScripts = 1 << 30;

/** The bit that stands for a byte, whatever its case, in the masks of paths and words. */
export const byteBits = Uint32Array.from({ length: 256 }, (_, byte) => {
  if (byte >= 128) return otherScripts;
  const char = String.fromCharCode(byte).toLowerCase();
  if (/[a-z]/.test(char)) return 1 << (char.charCodeAt(0) - 97);
  if (/[0-9]/.test(char)) return 1 << 26;
  if (char === "/") return 0;
  if (char === ".") return 1 << 27;
  return char === "-" || char === "_" ? 1 << 28 : 1 << 29;
});

/**
 * Paths as one run of bytes, which costs their length and ten bytes for each. The bytes are what is
 * searched: letters are without accents there, and such a path is kept as a string beside them.
 */
export class Segment {
  readonly bytes: Buffer;
  /** Where each path starts; one more says where the last one ends. */
  readonly starts: Uint32Array;
  /** Where the base name starts in its path. */
  readonly bases: Uint16Array;
  readonly masks: Uint32Array;
  readonly originals: ReadonlyMap<number, string>;

  constructor(parts: Pick<Segment, "bytes" | "starts" | "bases" | "masks" | "originals">) {
    this.bytes = parts.bytes;
    this.starts = parts.starts;
    this.bases = parts.bases;
    this.masks = parts.masks;
    this.originals = parts.originals;
  }

  get count(): number {
    return this.masks.length;
  }

  isAlive(at: number): boolean {
    return this.masks[at] !== 0;
  }

  path(at: number): string {
    const known = this.originals.get(at);
    if (known !== undefined) return known;
    const from = this.starts[at];
    const to = this.starts[at + 1];
    const isAscii = ((this.masks[at] ?? 0) & otherScripts) === 0;
    // Much faster where it says the same.
    return isAscii
      ? this.bytes.toString("latin1", from, to)
      : this.bytes.toString("utf8", from, to);
  }

  /** Bytes it keeps alive. */
  get size(): number {
    return this.bytes.length + this.count * 10 + this.originals.size * 200;
  }
}

/** How many paths make a segment; the folder that goes beyond it is still taken whole. */
export const segmentLimit = 8192;

/** Takes paths one by one and makes a segment of them. */
export class SegmentBuilder {
  #bytes = Buffer.allocUnsafe(65_536);
  #length = 0;
  #count = 0;
  #starts = new Uint32Array(2049);
  #bases = new Uint16Array(2048);
  #masks = new Uint32Array(2048);
  readonly #originals = new Map<number, string>();

  get count(): number {
    return this.#count;
  }

  /** A path from the root; `baseAt` is where its last part starts. */
  add(path: string, baseAt: number): void {
    const from = this.#length;
    this.#makeRoom(path.length * 3);
    // One byte a character only when all are ASCII, which the mask tells below.
    const written = this.#bytes.write(path, from);
    if (written === path.length) {
      this.#finish(from, written, baseAt);
      return;
    }
    const plain = withoutAccents(path);
    if (plain !== path) this.#originals.set(this.#count, path);
    const length = this.#bytes.write(plain, from);
    this.#finish(from, length, this.#bytes.lastIndexOf(47, from + length - 1) + 1 - from);
  }

  build(): Segment {
    const count = this.#count;
    return new Segment({
      // Copies: what was reserved is not kept.
      bytes: Buffer.from(this.#bytes.subarray(0, this.#length)),
      starts: this.#starts.slice(0, count + 1),
      bases: this.#bases.slice(0, count),
      masks: this.#masks.slice(0, count),
      originals: this.#originals,
    });
  }

  #finish(from: number, length: number, baseAt: number): void {
    let mask = aliveBit;
    const end = from + length;
    for (let at = from; at < end; at += 1) mask |= byteBits[this.#bytes[at] ?? 0] ?? 0;
    this.#masks[this.#count] = mask;
    this.#bases[this.#count] = Math.max(0, baseAt);
    this.#count += 1;
    this.#length = end;
    this.#starts[this.#count] = end;
  }

  #makeRoom(length: number): void {
    if (this.#length + length > this.#bytes.length) {
      const larger = Buffer.allocUnsafe((this.#bytes.length + length) * 2);
      this.#bytes.copy(larger, 0, 0, this.#length);
      this.#bytes = larger;
    }
    if (this.#count < this.#masks.length) return;
    const room = this.#count * 2;
    this.#starts = copyOf(this.#starts, new Uint32Array(room + 1));
    this.#bases = copyOf(this.#bases, new Uint16Array(room));
    this.#masks = copyOf(this.#masks, new Uint32Array(room));
  }
}

function copyOf<T extends Uint16Array | Uint32Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** The text as it is searched: letters without their accents, nothing else changed. */
export function withoutAccents(text: string): string {
  let plain = "";
  for (const char of text) {
    if (/\p{M}/u.test(char)) continue;
    plain += String.fromCodePoint(plainCode(char.codePointAt(0) ?? 0));
  }
  return plain;
}
