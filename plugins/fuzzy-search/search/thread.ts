import { parentPort, workerData } from "node:worker_threads";
import { SearchEngine } from "./engine.ts";
import type { FromThread, ThreadSettings, ToThread } from "./messages.ts";
import { practiseAll } from "./practice.ts";

// The entry of the thread that searches: large trees must not keep the process from answering others.
// Made by our own code beside this file, so both ends agree on the messages.
const settings = workerData as ThreadSettings;
const engine = new SearchEngine(settings);
let hasPractised = false;
const running = new Map<number, AbortController>();

function tell(message: FromThread): void {
  parentPort?.postMessage(message);
}

async function search({ id, request }: ToThread & { kind: "search" }): Promise<void> {
  const controller = new AbortController();
  running.set(id, controller);
  try {
    const found = await engine.search(request, {
      signal: controller.signal,
      onPartial: (partial) => tell({ kind: "partial", id, partial }),
    });
    tell({ kind: "found", id, found });
  } catch (error) {
    const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
    tell({ kind: "failed", id, message });
  } finally {
    running.delete(id);
  }
  if (hasPractised || running.size > 0) return;
  hasPractised = true;
  hasPractised = await practiseAll(() => running.size > 0);
}

parentPort?.on("message", (message: ToThread) => {
  if (message.kind === "cancel") running.get(message.id)?.abort();
  // It tells of its failures itself.
  else void search(message);
});

setInterval(
  () => {
    engine.forget();
    if (engine.isEmpty && running.size === 0) tell({ kind: "empty" });
  },
  Math.min(30_000, Math.max(50, settings.forgetAfterMs / 4)),
).unref();
