/** A time limit that starts anew at signs of life and stands still while a person is asked. */
export class Limit {
  readonly #ms: number;
  readonly #controller = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #paused = 0;

  constructor(ms: number) {
    // Node's timers do not count further.
    this.#ms = Math.min(ms, 2 ** 31 - 1);
    this.restart();
  }

  /** Aborted when the time is over. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  restart(): void {
    clearTimeout(this.#timer);
    if (this.#paused > 0) return;
    this.#timer = setTimeout(() => this.#controller.abort(), this.#ms);
  }

  pause(): void {
    this.#paused += 1;
    clearTimeout(this.#timer);
  }

  resume(): void {
    this.#paused -= 1;
    this.restart();
  }

  end(): void {
    // Nothing restarts it any more.
    this.pause();
  }
}
