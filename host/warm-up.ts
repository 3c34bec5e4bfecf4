import { resolveDeferred } from "../core/schema.ts";
import type { Schema } from "../core/schema.ts";
import type { Registry } from "./plugins/registry.ts";
import { runAs } from "./rpc/stdout-guard.ts";

const idleMs = 50;

/**
 * Loads, shortly after the start and a piece at a time, what the first calls need: the schemas and
 * with them their library, then what plugins prepare. `onWarm` is called when all is done.
 */
export function warmUp(registry: Registry, signal: AbortSignal, onWarm?: () => void): void {
  const timer = setTimeout(() => void prepare(registry, signal, onWarm), idleMs);
  timer.unref();
  signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
}

async function prepare(
  registry: Registry,
  signal: AbortSignal,
  onWarm: (() => void) | undefined,
): Promise<void> {
  const schemas = [
    ...[...registry.tools.values()].map(({ definition }) => definition.input),
    ...[...registry.methods.values()].map(({ definition }) => definition.params),
  ];
  const pieces = [
    ...schemas.map((schema) => () => resolveDeferred<Schema>(schema)),
    ...registry.preparations.map(
      ({ plugin, prepare: work }) =>
        () =>
          runAs(plugin, work),
    ),
  ];
  for (const piece of pieces) {
    if (signal.aborted) return;
    try {
      await piece();
    } catch {
      // Whoever needs it meets the error.
    }
    // Whatever came in meanwhile goes first.
    await new Promise((resolve) => setImmediate(resolve));
  }
  onWarm?.();
}
