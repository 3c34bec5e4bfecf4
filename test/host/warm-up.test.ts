import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { z } from "zod";
import { Registry } from "../../host/plugins/registry.ts";
import { runningPlugin } from "../../host/rpc/stdout-guard.ts";
import { warmUp } from "../../host/warm-up.ts";

beforeEach(() => vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => vi.useRealTimers());

const log = { debug: nothing, info: nothing, warn: nothing, error: nothing };

it("makes schemas, then prepares what plugins asked for under their names", async () => {
  const steps: string[] = [];
  const registry = new Registry();
  const input = () => {
    steps.push("schema");
    return z.object({});
  };
  registry.tools.set("t", {
    plugin: "acme",
    log,
    definition: { name: "t", title: "T", description: "", input },
    handler: () => ({ content: [] }),
    inputSchema: {},
    outputSchema: undefined,
  });
  for (const plugin of ["one", "two"]) {
    registry.preparations.push({ plugin, prepare: () => steps.push(runningPlugin()) });
  }
  await warm(registry);
  expect(steps).toEqual(["schema", "one", "two"]);
});

it("lets what came in go first, between two pieces", async () => {
  const steps: string[] = [];
  const registry = new Registry();
  const prepare = () => {
    steps.push("piece");
    setImmediate(() => steps.push("came in"));
  };
  registry.preparations.push({ plugin: "one", prepare }, { plugin: "two", prepare });
  await warm(registry);
  expect(steps.slice(0, 3)).toEqual(["piece", "came in", "piece"]);
});

it.each([
  ["throws", () => fail()],
  ["rejects", () => Promise.reject(new Error("no"))],
])("goes on after a piece that %s", async (_, prepare) => {
  const next = vi.fn<() => void>();
  const registry = new Registry();
  registry.preparations.push({ plugin: "one", prepare }, { plugin: "two", prepare: next });
  await warm(registry);
  expect(next).toHaveBeenCalledOnce();
});

it("does nothing before its time, nor after the host closed", async () => {
  const prepare = vi.fn<() => void>();
  const registry = new Registry();
  registry.preparations.push({ plugin: "one", prepare });
  const closing = new AbortController();
  warmUp(registry, closing.signal);
  await vi.advanceTimersByTimeAsync(40);
  closing.abort();
  await vi.advanceTimersByTimeAsync(1000);
  expect(prepare).not.toHaveBeenCalled();
});

async function warm(registry: Registry): Promise<void> {
  const warmed = Promise.withResolvers<void>();
  warmUp(registry, new AbortController().signal, warmed.resolve);
  vi.advanceTimersByTime(50);
  await warmed.promise;
}

function fail(): never {
  throw new Error("no");
}

function nothing(): void {}
