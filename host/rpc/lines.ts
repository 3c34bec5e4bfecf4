import { isUtf8 } from "node:buffer";

/** 64 MiB. */
const defaultLineLimit = 64 * 1024 * 1024;

const newline = 0x0a;
const byteOrderMark = 0xfeff;

/** What becomes of lines: their text, or why one could not be read. */
export interface LineReceiver {
  line(text: string): void;
  /** `head`: the first bytes of a line that is too long, which may tell whom to answer. */
  broken(problem: "not-utf8" | "too-long", head?: string): void;
}

const headLength = 1024;

/**
 * Cuts chunks into lines over bytes, so that a character split between chunks stays whole. CR and a
 * byte order mark are stripped, blank lines dropped. A line past the limit is reported once, when
 * the limit is reached, and skipped up to its newline.
 */
export class Lines {
  readonly #receiver: LineReceiver;
  readonly #limit: number;
  // Chunks are joined once, when their newline is there: a long line never costs quadratic time.
  #parts: Buffer[] = [];
  #length = 0;
  #skipping = false;

  constructor(receiver: LineReceiver, limit: number = defaultLineLimit) {
    this.#receiver = receiver;
    this.#limit = limit;
  }

  push(chunk: Buffer): void {
    const last = chunk.lastIndexOf(newline);
    if (last === -1) {
      this.#keep(chunk);
      return;
    }
    let start = 0;
    if (this.#length > 0 || this.#skipping) {
      const first = chunk.indexOf(newline);
      this.#keep(chunk.subarray(0, first));
      this.#finish();
      start = first + 1;
    }
    if (start <= last) this.#lines(chunk.subarray(start, last));
    if (last + 1 < chunk.length) this.#keep(chunk.subarray(last + 1));
  }

  /** The input is over: what waits for a newline is the last line. */
  end(): void {
    this.#finish();
  }

  #keep(bytes: Buffer): void {
    if (this.#skipping || bytes.length === 0) return;
    this.#length += bytes.length;
    if (this.#length <= this.#limit) {
      this.#parts.push(bytes);
      return;
    }
    const head = headOf(...this.#parts, bytes);
    this.#parts = [];
    this.#length = 0;
    this.#skipping = true;
    this.#receiver.broken("too-long", head);
  }

  #finish(): void {
    this.#skipping = false;
    if (this.#length === 0) return;
    const bytes = Buffer.concat(this.#parts, this.#length);
    this.#parts = [];
    this.#length = 0;
    this.#single(bytes);
  }

  /** Whole lines with newlines between them: decoded in one go where nothing is wrong with them. */
  #lines(bytes: Buffer): void {
    if (bytes.length <= this.#limit && isUtf8(bytes)) {
      const text = bytes.toString("utf8");
      let start = 0;
      for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", start)) {
        this.#text(text.slice(start, end));
        start = end + 1;
      }
      this.#text(text.slice(start));
      return;
    }
    let start = 0;
    for (let end = bytes.indexOf(newline); end !== -1; end = bytes.indexOf(newline, start)) {
      this.#single(bytes.subarray(start, end));
      start = end + 1;
    }
    this.#single(bytes.subarray(start));
  }

  #single(bytes: Buffer): void {
    if (bytes.length > this.#limit) this.#receiver.broken("too-long", headOf(bytes));
    else if (!isUtf8(bytes)) this.#receiver.broken("not-utf8");
    else this.#text(bytes.toString("utf8"));
  }

  #text(line: string): void {
    const start = line.charCodeAt(0) === byteOrderMark ? 1 : 0;
    const end = line.endsWith("\r") ? line.length - 1 : line.length;
    const text = line.slice(start, end);
    // Nearly every line starts with a brace; only the others need a look at all their characters.
    if (text.charCodeAt(0) === 0x7b || text.trim() !== "") this.#receiver.line(text);
  }
}

function headOf(...parts: readonly Buffer[]): string {
  const wanted: Buffer[] = [];
  let missing = headLength;
  for (const part of parts) {
    wanted.push(part.subarray(0, missing));
    missing -= wanted.at(-1)?.length ?? 0;
    if (missing === 0) break;
  }
  return Buffer.concat(wanted).toString("utf8");
}
