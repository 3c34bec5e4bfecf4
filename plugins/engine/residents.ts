/** How long, and how many, idle conversations stay in memory. */
export interface ResidentLimits {
  readonly idleMs: number;
  readonly idleCount: number;
}

interface Resident {
  unload(): void;
}

/** The idle conversations in memory, longest idle first; some of them have to leave. */
export class Residents {
  readonly #limits: ResidentLimits;
  readonly #idle = new Map<Resident, NodeJS.Timeout>();

  constructor(limits: ResidentLimits) {
    this.#limits = limits;
  }

  /** It has nothing to do for now. */
  idle(one: Resident): void {
    this.busy(one);
    const timer = setTimeout(() => this.#unload(one), this.#limits.idleMs);
    timer.unref();
    this.#idle.set(one, timer);
    for (const longest of this.#idle.keys()) {
      if (this.#idle.size <= this.#limits.idleCount) break;
      this.#unload(longest);
    }
  }

  /** It is at work, or gone. */
  busy(one: Resident): void {
    clearTimeout(this.#idle.get(one));
    this.#idle.delete(one);
  }

  #unload(one: Resident): void {
    this.busy(one);
    one.unload();
  }
}
