import type { Writable } from "node:stream";

const mostWaiting = 1024 * 1024;

/**
 * Log lines for a stderr that nobody may be reading. Never waits: what the pipe does not take stays
 * in memory, at most 1 MiB, and lines beyond that are dropped and counted.
 */
export class LogStream {
  readonly #stream: Writable;
  #dropped = 0;

  constructor(stream: Writable) {
    this.#stream = stream;
    // Logging goes on without its reader, and an error nobody hears ends the process.
    stream.on("error", () => undefined);
  }

  write(text: string): void {
    if (this.#stream.writableLength > mostWaiting) {
      this.#dropped += 1;
      return;
    }
    if (this.#dropped > 0) {
      const msg = `${this.#dropped} lines were dropped: nobody read stderr`;
      this.#dropped = 0;
      this.#stream.write(`${JSON.stringify({ level: 40, time: Date.now(), msg })}\n`);
    }
    this.#stream.write(text);
  }

  /** Resolves when everything is written, or after `limitMs`. */
  async flush(limitMs: number): Promise<void> {
    if (this.#stream.writableLength === 0) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, limitMs);
      this.#stream.write("", () => {
        clearTimeout(timer);
        resolve();
      });
    });
  }
}
