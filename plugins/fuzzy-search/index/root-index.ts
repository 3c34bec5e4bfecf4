import { Build, type BuildOptions } from "./build.ts";
import { Freshness, type WatchBudget } from "./freshness.ts";

/** What is known about one root, kept from search to search. */
export class RootIndex {
  usedAt = Date.now();
  #build: Build;
  #freshness: Freshness | undefined;
  readonly #options: BuildOptions;
  readonly #budget: WatchBudget;

  constructor(options: BuildOptions, budget: WatchBudget) {
    this.#options = options;
    this.#budget = budget;
    this.#build = this.#start();
  }

  get build(): Build {
    return this.#build;
  }

  /** Absolute, links resolved. */
  get root(): string {
    return this.#options.root;
  }

  get fileCount(): number {
    return this.#build.tooLarge ? 0 : this.#build.fileCount;
  }

  /** A listing to search: complete and true to the file system, or in the making. */
  async current(surely: boolean): Promise<Build> {
    this.usedAt = Date.now();
    if (!this.#build.done) {
      if (this.#build.tooLarge) return new Build({ ...this.#options, maxFiles: 0 });
      return this.#build;
    }
    // Too large to keep, or it broke off: listed once more for this search.
    if (this.#build.tooLarge) return new Build({ ...this.#options, maxFiles: 0 });
    if (this.#freshness === undefined) this.#build = this.#start();
    else {
      await this.#freshness.refresh(surely);
      if (this.#freshness.isStale) this.#build = this.#start();
    }
    return this.#build;
  }

  /** Does in the background what a search does not wait for. */
  afterSearch(): void {
    this.usedAt = Date.now();
    this.#freshness?.checkLater();
  }

  close(): void {
    this.#build.stop();
    this.#freshness?.close();
  }

  #start(): Build {
    this.#freshness?.close();
    this.#freshness = undefined;
    const build = new Build(this.#options);
    const finish = async () => {
      await build.finished;
      if (build.tooLarge || this.#build !== build) return;
      this.#freshness = new Freshness(build, this.#budget);
      await this.#freshness.settle();
    };
    // A listing that broke off is begun anew by the next search.
    finish().catch(() => undefined);
    return build;
  }
}
