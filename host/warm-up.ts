import type { Readable } from "node:stream";
import { resolveDeferred } from "../core/schema.ts";
import type { Schema } from "../core/schema.ts";
import type { Registry } from "./plugins/registry.ts";
import type { Calls } from "./rpc/calls.ts";
import { runAs } from "./rpc/stdout-guard.ts";

/** Milliseconds without input before the first piece, and before each other one. */
const startMs = 50;
const betweenMs = 5;

export interface WarmUp {
  readonly registry: Registry;
  readonly input: Readable;
  readonly calls: Pick<Calls, "busy" | "idle">;
  readonly signal: AbortSignal;
  /** Called when all is done. */
  readonly onWarm: (() => void) | undefined;
}

/**
 * Loads what the first calls need, a piece at a time while the client is silent and no call runs: what
 * plugins prepare, then the schemas and with them their library. Never rejects.
 */
export async function warmUp({ registry, input, calls, signal, onWarm }: WarmUp): Promise<void> {
  const schemas = [
    ...[...registry.tools.values()].map(({ definition }) => definition.input),
    ...[...registry.methods.values()].map(({ definition }) => definition.params),
  ];
  const pieces = [
    ...registry.preparations.map((one) => () => runAs(one.plugin, one.prepare)),
    ...schemas.map((schema) => () => resolveDeferred<Schema>(schema)),
  ];
  for (const [index, piece] of pieces.entries()) {
    do {
      await calls.idle();
      await silence(input, signal, index === 0 ? startMs : betweenMs);
    } while (!signal.aborted && calls.busy);
    if (signal.aborted) return;
    try {
      await piece();
    } catch {
      // Whoever needs it meets the error.
    }
  }
  onWarm?.();
}

/** Resolves when nothing came in for so long, or the signal is aborted. */
function silence(input: Readable, signal: AbortSignal, ms: number): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const end = () => {
      clearTimeout(timer);
      input.off("data", again);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms).unref();
    const again = () => void timer.refresh();
    input.on("data", again);
    signal.addEventListener("abort", end, { once: true });
  });
}
