import type { LogSource } from "../tokens.ts";
import { runAs } from "../rpc/stdout-guard.ts";
import type { Disposer } from "./recorded.ts";

/** The disposers of one plugin, in the order they were registered. */
export interface Closing {
  readonly plugin: string;
  readonly disposers: readonly Disposer[];
}

export interface CloseLimits {
  /** Milliseconds for everything. */
  readonly limitMs: number;
  /** Milliseconds after which the next disposer starts beside a slow one. */
  readonly patienceMs?: number;
}

/**
 * Runs the disposers, last registered first. A slow one delays the next for a short while only, so
 * that one plugin cannot use up the time of all; who has not finished at the limit is named.
 */
export async function closeAll(
  plugins: readonly Closing[],
  log: LogSource,
  { limitMs, patienceMs = limitMs / 4 }: CloseLimits,
): Promise<void> {
  const deadline = performance.now() + limitMs;
  const slow = new Map<Promise<void>, string>();
  for (const { plugin, disposers } of plugins.toReversed()) {
    for (const dispose of disposers.toReversed()) {
      const closing = disposed(plugin, dispose, log);
      const left = Math.max(0, deadline - performance.now());
      if (await settles(closing, Math.min(patienceMs, left))) continue;
      slow.set(closing, plugin);
      // Never rejects; it forgets itself.
      void closing.then(() => slow.delete(closing));
    }
  }
  if (slow.size > 0) {
    await settles(Promise.all(slow.keys()), Math.max(0, deadline - performance.now()));
  }
  for (const plugin of new Set(slow.values())) {
    log.for("host").warn(`plugin "${plugin}" did not close within ${limitMs} ms`, { plugin });
  }
}

/** Never rejects: what goes wrong is logged under the plugin's name. */
async function disposed(plugin: string, dispose: Disposer, log: LogSource): Promise<void> {
  try {
    await runAs(plugin, dispose);
  } catch (error) {
    log.for(plugin).error("failed to close", { error });
  }
}

/** Whether this is settled within the time. */
async function settles(promise: Promise<unknown>, limitMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => {
    timer = setTimeout(resolve, limitMs, false);
  });
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
