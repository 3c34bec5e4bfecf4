import { PassThrough } from "node:stream";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { z } from "zod";
import { Registry } from "../../host/plugins/registry.ts";
import { Calls } from "../../host/rpc/calls.ts";
import { runningPlugin } from "../../host/rpc/stdout-guard.ts";
import { warmUp, type WarmUp } from "../../host/warm-up.ts";

beforeEach(() => vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] }));
afterEach(() => vi.useRealTimers());

const log = { debug: nothing, info: nothing, warn: nothing, error: nothing };

it("prepares what plugins asked for under their names, then makes schemas", async () => {
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
  await warmWhole(registry);
  expect(steps).toEqual(["one", "two", "schema"]);
});

it("waits for silence before each piece", async () => {
  const steps: string[] = [];
  const registry = new Registry();
  for (const plugin of ["one", "two"]) {
    registry.preparations.push({ plugin, prepare: () => steps.push(plugin) });
  }
  const input = new PassThrough();
  const warmed = warm(registry, { input });
  await vi.advanceTimersByTimeAsync(49);
  input.emit("data", "x");
  await vi.advanceTimersByTimeAsync(49);
  expect(steps).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(steps).toEqual(["one"]);
  input.emit("data", "x");
  await vi.advanceTimersByTimeAsync(5);
  await warmed;
  expect(steps).toEqual(["one", "two"]);
  expect(input.listenerCount("data")).toBe(0);
});

it("leaves the processor to the calls that run", async () => {
  const prepare = vi.fn<() => void>();
  const registry = new Registry();
  registry.preparations.push({ plugin: "one", prepare });
  const calls = new Calls();
  const warmed = warm(registry, { calls });
  await vi.advanceTimersByTimeAsync(0);
  const call = calls.open(1, "tools/call", nothing);
  await vi.advanceTimersByTimeAsync(1000);
  expect(prepare).not.toHaveBeenCalled();
  calls.close(call);
  await vi.advanceTimersByTimeAsync(50);
  await warmed;
  expect(prepare).toHaveBeenCalledOnce();
});

it.each([
  ["throws", () => fail()],
  ["rejects", () => Promise.reject(new Error("no"))],
])("goes on after a piece that %s", async (_, prepare) => {
  const next = vi.fn<() => void>();
  const registry = new Registry();
  registry.preparations.push({ plugin: "one", prepare }, { plugin: "two", prepare: next });
  await warmWhole(registry);
  expect(next).toHaveBeenCalledOnce();
});

it("does nothing after the host closed", async () => {
  const prepare = vi.fn<() => void>();
  const onWarm = vi.fn<() => void>();
  const registry = new Registry();
  registry.preparations.push({ plugin: "one", prepare });
  const closing = new AbortController();
  const warmed = warm(registry, { signal: closing.signal, onWarm });
  closing.abort();
  await warmed;
  expect(prepare).not.toHaveBeenCalled();
  expect(onWarm).not.toHaveBeenCalled();
});

function warm(registry: Registry, given: Partial<WarmUp> = {}): Promise<void> {
  const { signal } = new AbortController();
  const calls = new Calls();
  return warmUp({ registry, input: new PassThrough(), calls, signal, onWarm: undefined, ...given });
}

async function warmWhole(registry: Registry): Promise<void> {
  const onWarm = vi.fn<() => void>();
  const warmed = warm(registry, { onWarm });
  await vi.runAllTimersAsync();
  await warmed;
  expect(onWarm).toHaveBeenCalledOnce();
}

function fail(): never {
  throw new Error("no");
}

function nothing(): void {}
