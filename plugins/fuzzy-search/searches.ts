import { resolve } from "node:path";
import type { Call, Environment } from "../../core/index.ts";
import type { Order } from "./search/collector.ts";
import type { Found, Partial } from "./search/messages.ts";
import type { ThreadClient } from "./thread-client.ts";

/** The most files of one root in an answer. */
const limitPerRoot = 50;

export interface SearchesOptions {
  readonly thread: ThreadClient;
  readonly environment: Environment;
  readonly order: Order;
}

export interface Wanted {
  readonly query: string;
  readonly roots: readonly string[];
  /** A newer search with the same one ends this one. */
  readonly token?: string | undefined;
}

/** The searches of one connection. */
export class Searches {
  readonly #options: SearchesOptions;
  readonly #byToken = new Map<string, AbortController>();

  constructor(options: SearchesOptions) {
    this.#options = options;
  }

  async search({ query, roots, token }: Wanted, call: Call): Promise<Found> {
    if (roots.length === 0) return { files: [], notes: [] };
    const { thread, environment, order } = this.#options;
    const superseded = new AbortController();
    if (token !== undefined) {
      this.#byToken.get(token)?.abort();
      this.#byToken.set(token, superseded);
    }
    const absolute = roots.map((given) => ({ given, path: resolve(environment.cwd, given) }));
    const partials = call.wantsProgress === true;
    const request = { query, roots: absolute, order, limit: limitPerRoot, partials };
    const signal = AbortSignal.any([call.signal, superseded.signal]);
    try {
      return await thread.search(request, signal, (partial) => tellProgress(partial, call));
    } finally {
      if (token !== undefined && this.#byToken.get(token) === superseded) {
        this.#byToken.delete(token);
      }
    }
  }
}

/** How far it is, and what is best so far: a client can show that at once. */
function tellProgress({ files, seen, matches }: Partial, call: Call): void {
  const best = files.slice(0, 10).map(({ path }) => path);
  const found = `${seen} files seen, ${matches} match`;
  const message = best.length === 0 ? found : `${found}: ${best.join(", ")}`;
  call.progress(message, { progress: seen });
}
