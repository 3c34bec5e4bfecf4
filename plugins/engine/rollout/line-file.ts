import { closeSync, constants, fstatSync, fsync, openSync, readSync, writeSync } from "node:fs";
import { promisify } from "node:util";

/** What could not be written is kept for another try, up to this many bytes. */
const mostWaiting = 8 << 20;
const nothing = Buffer.alloc(0);

/** Lines appended to one file; when `append` returns, the operating system has them. */
export class LineFile {
  readonly path: string;
  #fd: number | undefined;
  /** Bytes in the file while it is open. */
  #size = 0;
  #unwritten: Buffer = nothing;
  #resting: Promise<void> = Promise.resolve();

  constructor(path: string) {
    this.path = path;
  }

  /** Makes the file, readable for its owner alone; throws when there is one. */
  create(lines: string): void {
    this.#fd = openSync(this.path, "ax", 0o600);
    this.#size = 0;
    this.append(lines);
  }

  /**
   * Synchronous on purpose: a few microseconds for the page cache, and nobody can hear of a line
   * before it is safe from a crash of this process. Throws what went wrong; the lines are then
   * tried again with the next ones. Returns the offset of the lines.
   */
  append(lines: string): number {
    const bytes = Buffer.concat([this.#unwritten, Buffer.from(lines)]);
    let written = 0;
    try {
      this.#fd ??= this.#openAtEnd();
      const offset = this.#size + this.#unwritten.length;
      while (written < bytes.length) written += writeSync(this.#fd, bytes, written);
      this.#size += written;
      this.#unwritten = nothing;
      return offset;
    } catch (error) {
      // A line that was cut is written again as a whole; readers skip the piece.
      const rest = bytes.subarray(written === 0 ? 0 : bytes.lastIndexOf(10, written - 1) + 1);
      this.#unwritten = rest.length > mostWaiting ? nothing : rest;
      this.#shut();
      throw error;
    }
  }

  /** Hands the file to the disk, and closes it until the next line. */
  rest(): Promise<void> {
    const fd = this.#fd;
    this.#fd = undefined;
    if (fd !== undefined) this.#resting = this.#sync(fd, this.#resting);
    return this.#resting;
  }

  async #sync(fd: number, before: Promise<void>): Promise<void> {
    try {
      await promisify(fsync)(fd);
    } catch {
      // A disk that cannot do better has at least been asked.
    } finally {
      closeSync(fd);
    }
    await before;
  }

  /** Opens without creating: a file that somebody took away is a loss to be told of. */
  #openAtEnd(): number {
    const fd = openSync(this.path, constants.O_RDWR | constants.O_APPEND);
    try {
      const { size } = fstatSync(fd);
      const last = Buffer.alloc(1);
      const torn = size > 0 && readSync(fd, last, 0, 1, size - 1) === 1 && last[0] !== 10;
      // Somebody died while writing: the next line shall not become part of that one.
      this.#size = size + (torn ? writeSync(fd, "\n") : 0);
      return fd;
    } catch (error) {
      closeSync(fd);
      throw error;
    }
  }

  #shut(): void {
    if (this.#fd !== undefined) closeSync(this.#fd);
    this.#fd = undefined;
  }
}
