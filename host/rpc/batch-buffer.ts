// A line takes at most this many times its length in UTF-16 units.
const mostBytesPerUnit = 3;

/**
 * Spells lines out as UTF-8, each with its newline, in memory that is used again for every batch:
 * joined to one text first, a batch would be copied twice into memory that is new each time.
 */
export class BatchBuffer {
  readonly #size: number;
  // Made with the first large batch; most processes never have one.
  #bytes: Buffer | undefined;

  /** For batches of so many UTF-16 units. */
  constructor(units: number) {
    this.#size = units * mostBytesPerUnit;
  }

  /**
   * The lines as bytes that stand until the next call; `undefined` when they may not fit. `units` is
   * their length with newlines.
   */
  fill(lines: readonly string[], units: number): Buffer | undefined {
    if (units * mostBytesPerUnit > this.#size) return undefined;
    const bytes = (this.#bytes ??= Buffer.allocUnsafeSlow(this.#size));
    let end = 0;
    for (const line of lines) {
      end += bytes.write(line, end);
      bytes[end] = newline;
      end += 1;
    }
    return bytes.subarray(0, end);
  }
}

const newline = 10;
