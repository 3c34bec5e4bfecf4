import { inject, injectable, Values } from "../tokens.ts";
import type { HostValues } from "../tokens.ts";
import { BatchBuffer } from "./batch-buffer.ts";
import { dialectOf } from "./dialect.ts";
import type { Dialect } from "./dialect.ts";
import { openWriter, processStdout } from "./stdout-guard.ts";
import type { Write } from "./stdout-guard.ts";

// Sizes are counted in UTF-16 units, which are bytes for nearly everything that JSON-RPC carries.
const batchSize = 256 * 1024;
// Shorter ones are written as text: the stream spells them out without a copy on the heap.
const shortBatch = 16 * 1024;
const highMark = 256 * 1024;
const lowMark = 64 * 1024;
const stalledSize = 64 * 1024 * 1024;
const stalledMs = 60_000;

/**
 * The only writer of stdout: lines in the order they were sent, many in one write, one write at a
 * time. `send` never waits, and so cannot deadlock with a client that writes before it reads.
 */
@injectable()
export class Outbox {
  readonly #write: Write;
  readonly #buffer: BatchBuffer | undefined;
  readonly #dialect: Dialect;
  readonly #closed = Promise.withResolvers<"broken" | "stalled">();
  #isClosed = false;
  #queue: string[] = [];
  #head = 0;
  #waiting = 0;
  #writing = false;
  #room: PromiseWithResolvers<void> | undefined;
  #empty: PromiseWithResolvers<void> | undefined;
  #stall: NodeJS.Timeout | undefined;

  constructor(@inject(Values) values: Pick<HostValues, "stdout" | "options">) {
    this.#dialect = dialectOf(values.options?.appServer);
    this.#write = openWriter(values.stdout, () => this.#close("broken"));
    // A stream of somebody else may keep a chunk that it was given.
    if (values.stdout === processStdout()) this.#buffer = new BatchBuffer(2 * batchSize);
  }

  /** Resolves when nobody reads us any more: the pipe broke, or stood still for a minute. */
  get closed(): Promise<"broken" | "stalled"> {
    return this.#closed.promise;
  }

  /** Queues one message; a newline is added. Ignored after the end. */
  send(text: string): void {
    if (this.#isClosed) return;
    const line = this.#dialect.line(text);
    this.#queue.push(line);
    this.#waiting += line.length + 1;
    if (!this.#writing) this.#next();
    if (this.#waiting >= stalledSize) this.#watch();
  }

  /** For producers that can pause: `undefined` while there is room, else a promise for room. */
  ready(): Promise<void> | undefined {
    if (this.#waiting < highMark || this.#isClosed) return undefined;
    this.#room ??= Promise.withResolvers<void>();
    return this.#room.promise;
  }

  /** True when all was written in time. */
  async flush(limitMs: number): Promise<boolean> {
    if (!this.#writing && this.#head === this.#queue.length) return !this.#isClosed;
    if (this.#isClosed) return false;
    this.#empty ??= Promise.withResolvers<void>();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = setTimeout(resolve, limitMs, false);
    });
    const written = this.#empty.promise.then(() => !this.#isClosed);
    return Promise.race([written, late]).finally(() => clearTimeout(timer));
  }

  /** Takes lines that still wait out of the queue; returns how many. */
  drop(unwanted: (line: string) => boolean): number {
    const waiting = this.#queue.slice(this.#head);
    this.#queue = waiting.filter((line) => !unwanted(line));
    this.#head = 0;
    for (const line of waiting) if (unwanted(line)) this.#waiting -= line.length + 1;
    return waiting.length - this.#queue.length;
  }

  #next(): void {
    const { lines, units } = this.#take();
    this.#writing = units > 0;
    if (units === 0) {
      this.#empty?.resolve();
      this.#empty = undefined;
      return;
    }
    const bytes = units < shortBatch ? undefined : this.#buffer?.fill(lines, units);
    this.#write(bytes ?? `${lines.join("\n")}\n`, (error) => {
      if (error) return this.#close("broken");
      this.#waiting -= units;
      this.#moved();
      return this.#next();
    });
  }

  /** The next lines, and their length with newlines; no lines when none wait. */
  #take(): { readonly lines: readonly string[]; readonly units: number } {
    const start = this.#head;
    let units = 0;
    while (this.#head < this.#queue.length && units < batchSize) {
      units += (this.#queue[this.#head]?.length ?? 0) + 1;
      this.#head += 1;
    }
    const lines = this.#queue.slice(start, this.#head);
    // Dropping the written part each time would copy a long queue again and again.
    if (this.#head === this.#queue.length || this.#head > 65_536) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
    return { lines, units };
  }

  #moved(): void {
    if (this.#waiting < lowMark && this.#room !== undefined) {
      this.#room.resolve();
      this.#room = undefined;
    }
    clearTimeout(this.#stall);
    this.#stall = undefined;
    if (this.#waiting >= stalledSize) this.#watch();
  }

  #watch(): void {
    this.#stall ??= setTimeout(() => this.#close("stalled"), stalledMs).unref();
  }

  #close(reason: "broken" | "stalled"): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#queue = [];
    this.#head = 0;
    clearTimeout(this.#stall);
    this.#room?.resolve();
    this.#empty?.resolve();
    this.#closed.resolve(reason);
  }
}
