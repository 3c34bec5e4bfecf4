import { characterStart } from "./output.ts";

/** Bytes kept from the start, and again from the end, of each stream of a command. */
export const captureLimit = 1024 * 1024;

/** Keeps the first and the last part of a stream: memory stays bounded whatever a command prints. */
export class Capture {
  readonly #limit: number;
  #head: Buffer = Buffer.alloc(0);
  #headLength = 0;
  // The tail is a ring: it is written over from its start when it is full.
  #tail: Buffer = Buffer.alloc(0);
  #tailLength = 0;

  /** A limit of bytes for each of the two parts. */
  constructor(limit = captureLimit) {
    this.#limit = limit;
  }

  /** Copies the bytes, so that a small piece does not keep a large read buffer alive. */
  push(chunk: Buffer): void {
    const forHead = chunk.subarray(0, this.#limit - this.#headLength);
    if (forHead.length > 0) {
      this.#head = roomFor(this.#head, this.#headLength + forHead.length, this.#limit);
      this.#headLength += forHead.copy(this.#head, this.#headLength);
    }
    this.#pushTail(chunk.subarray(forHead.length));
  }

  /** The text kept, invalid bytes replaced, with a line that counts what was left out. */
  text(): string {
    const head = this.#head.subarray(0, this.#headLength);
    if (this.#tailLength === 0) return head.toString();
    const tail = this.#tailInOrder();
    if (this.#tailLength <= this.#limit) return Buffer.concat([head, tail]).toString();
    return shortened(head, tail, this.#headLength + this.#tailLength);
  }

  #pushTail(chunk: Buffer): void {
    let rest = chunk;
    while (rest.length > 0) {
      const at = this.#tailLength % this.#limit;
      const piece = rest.subarray(0, this.#limit - at);
      this.#tail = roomFor(this.#tail, at + piece.length, this.#limit);
      piece.copy(this.#tail, at);
      this.#tailLength += piece.length;
      rest = rest.subarray(piece.length);
    }
  }

  #tailInOrder(): Buffer {
    if (this.#tailLength <= this.#limit) return this.#tail.subarray(0, this.#tailLength);
    const at = this.#tailLength % this.#limit;
    return Buffer.concat([this.#tail.subarray(at), this.#tail.subarray(0, at)]);
  }
}

/** Both ends of a text of `total` bytes, cut between characters. */
function shortened(head: Buffer, tail: Buffer, total: number): string {
  const start = head.subarray(0, characterStart(head, head.length - 1, -1));
  const end = tail.subarray(characterStart(tail, 0, 1));
  const left = total - start.length - end.length;
  return `${start.toString()}\n[... ${left} bytes omitted ...]\n${end.toString()}`;
}

function roomFor(buffer: Buffer, length: number, limit: number): Buffer {
  if (length <= buffer.length) return buffer;
  const grown = Buffer.alloc(Math.min(limit, Math.max(length, buffer.length * 2, 4096)));
  buffer.copy(grown);
  return grown;
}
