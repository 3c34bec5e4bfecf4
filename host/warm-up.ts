import { flushCompileCache } from "node:module";
import { setImmediate as nextTurn } from "node:timers/promises";
import { resolveDeferred } from "../core/schema.ts";
import type { Schema } from "../core/schema.ts";
import type { Registry } from "./plugins/registry.ts";

const idleMs = 50;

/**
 * Loads, shortly after the start and a piece at a time, what the first call needs: the schemas and
 * with them their library. Then keeps the compiled code, which is else lost when we are killed.
 */
export function warmUp(registry: Registry, signal: AbortSignal): void {
  const timer = setTimeout(() => {
    // Only a head start: whoever needs a schema meets its error.
    load(registry, signal).catch(() => undefined);
  }, idleMs);
  timer.unref();
  signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
}

async function load(registry: Registry, signal: AbortSignal): Promise<void> {
  const deferred = [
    ...[...registry.tools.values()].map(({ definition }) => definition.input),
    ...[...registry.methods.values()].map(({ definition }) => definition.params),
  ];
  for (const schema of deferred) {
    if (signal.aborted) return;
    await resolveDeferred<Schema>(schema);
    await nextTurn();
  }
  flushCompileCache?.();
}
