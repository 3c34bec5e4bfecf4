import { describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { defineNotification, HostError } from "../../core/index.ts";
import { aborted, addTool, gate, Wire } from "./wire.ts";

const bulk = defineNotification({
  name: "test/bulk",
  summary: "Fills the queue.",
  params: z.object({ filler: z.string() }),
});

describe("a host", () => {
  it("reads while plugins are set up and answers when they are", async () => {
    const { reached, wait, open } = gate();
    const wire = new Wire(undefined, { boot: wait });
    await reached;
    wire.post(1, "ping");
    await new Promise((resolve) => setImmediate(resolve));
    expect(wire.lines).toEqual([]);
    open();
    expect((await wire.answer(1)).result).toEqual({});
    await wire.end();
  });

  it("answers lines that cannot be read in their turn, also those read during set-up", async () => {
    const { wait, open } = gate();
    const wire = new Wire(undefined, { boot: wait });
    const params = { protocolVersion: "", capabilities: {}, clientInfo: { name: "", version: "" } };
    wire.post(1, "initialize", params);
    wire.write(Uint8Array.of(0xff, 0x0a));
    wire.post(2, "ping");
    open();
    await wire.answer(2);
    expect(wire.lines).toMatchObject([{ id: 1 }, { error: { code: -32700 } }, { id: 2 }]);
    await wire.end();
  });

  it("rejects with what stopped the plugins", async () => {
    const error = new HostError("CONFIG_INVALID", "no");
    const wire = new Wire(undefined, { boot: () => Promise.reject(error) });
    await expect(wire.code).rejects.toBe(error);
    expect(wire.text).toEqual([]);
  });

  it("answers what was read before the end of input, the last line without newline too", async () => {
    const wire = new Wire((registry) =>
      addTool(registry, { name: "quick" }, async () => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        return { content: [] };
      }),
    );
    const info = {
      protocolVersion: "2025-11-25",
      capabilities: {},
      clientInfo: { name: "a", version: "1" },
    };
    wire.post(1, "initialize", info);
    wire.post(2, "tools/call", { name: "quick" });
    wire.write('{"jsonrpc":"2.0","id":3,"method":"ping"}');
    expect(await wire.end()).toBe(0);
    expect(wire.lines.map((line) => "id" in line && line.id)).toEqual([1, 3, 2]);
  });

  it("aborts what still runs after the grace, and its own answer wins", async () => {
    const wire = new Wire(
      (registry) =>
        addTool(registry, { name: "long" }, async (_, { signal }) => {
          await aborted(signal);
          return { content: [{ type: "text", text: "cut off" }], isError: true };
        }),
      { options: { graceMs: 30 } },
    );
    await wire.initialize();
    wire.post(1, "tools/call", { name: "long" });
    expect(await wire.end()).toBe(0);
    expect((await wire.answer(1)).result).toMatchObject({ content: [{ text: "cut off" }] });
  });

  it("answers for a handler that does not listen, once, and never for a cancelled one", async () => {
    const { wait, open } = gate();
    const wire = new Wire(
      (registry) =>
        addTool(registry, { name: "deaf" }, async () => {
          await wait();
          return { content: [] };
        }),
      { options: { graceMs: 10 } },
    );
    await wire.initialize();
    wire.post(1, "tools/call", { name: "deaf" });
    wire.post(2, "tools/call", { name: "deaf" });
    wire.notify("notifications/cancelled", { requestId: 2 });
    expect(await wire.end()).toBe(0);
    open();
    await new Promise((resolve) => setImmediate(resolve));
    const answers = wire.lines.filter((line) => "id" in line && (line.id === 1 || line.id === 2));
    expect(answers).toMatchObject([{ id: 1, error: { code: -32603 } }]);
  });

  it("lets the answer through when the client reads too slowly for all that is before it", async () => {
    const wire = new Wire(
      (registry) =>
        addTool(registry, { name: "long" }, async (_, { client, signal }) => {
          await aborted(signal);
          const filler = "x".repeat(100_000);
          for (let count = 0; count < 100; count += 1) client.notify(bulk, { filler });
          return { content: [{ type: "text", text: "cut off" }], isError: true };
        }),
      { options: { graceMs: 10 } },
    );
    await wire.initialize();
    wire.post(1, "tools/call", { name: "long" });
    await wire.settled();
    wire.stdout.pause();
    const code = wire.end();
    await wire.log("notifications were dropped");
    wire.stdout.resume();
    expect(await code).toBe(0);
    expect((await wire.answer(1)).result).toMatchObject({ content: [{ text: "cut off" }] });
    expect(wire.lines.length).toBeLessThan(100);
  });

  it("closes the plugins with what is left of its time, and survives their failure", async () => {
    const wire = new Wire(undefined, { close: () => Promise.reject(new Error("stuck door")) });
    await wire.settled();
    expect(await wire.end()).toBe(0);
    expect(wire.closedWith).toBeGreaterThan(1500);
    expect(wire.seams?.signal.aborted).toBe(true);
    expect(await wire.log("stuck door")).toContain("could not be closed");
  });

  it("ends although a plugin never closes, within 2.5 seconds", async () => {
    const wire = new Wire(undefined, { close: () => new Promise(() => undefined) });
    await wire.settled();
    const started = performance.now();
    expect(await wire.end()).toBe(0);
    expect(performance.now() - started).toBeLessThan(2500);
    expect(await wire.log("did not close")).toContain("in time");
  });

  it("ends although set-up never does, and answers what waits for it", async () => {
    const wire = new Wire(undefined, {
      boot: () => new Promise(() => undefined),
      options: { graceMs: 20 },
    });
    wire.post(1, "initialize", {});
    wire.post("a", "ping");
    wire.send("garbage");
    expect(await wire.end()).toBe(0);
    expect(wire.closedWith).toBeUndefined();
    expect(wire.lines).toMatchObject([
      { id: 1, error: { code: -32603 } },
      { id: "a", error: { code: -32603 } },
    ]);
  });

  it("turns requests away that come while it ends", async () => {
    const { reached, wait, open } = gate();
    const wire = new Wire(undefined, { signals: true, close: wait });
    await wire.initialize();
    process.emit("SIGTERM");
    await reached;
    expect((await wire.request("tools/list")).error?.code).toBe(-32603);
    open();
    expect(await wire.code).toBe(0);
  });

  it("ends when its stdout breaks, at once", async () => {
    const wire = new Wire((registry) =>
      addTool(registry, { name: "long" }, async (_, { signal }) => {
        await aborted(signal);
        return { content: [] };
      }),
    );
    await wire.initialize();
    wire.post(1, "tools/call", { name: "long" });
    await wire.settled();
    wire.stdout.destroy(new Error("EPIPE"));
    expect(await wire.code).toBe(0);
  });

  it("ends when its stdin breaks", async () => {
    const wire = new Wire();
    await wire.settled();
    wire.stdin.destroy(new Error("EIO"));
    expect(await wire.code).toBe(0);
  });

  it.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)(
    "ends on %s without a grace, and listens no longer",
    async (signal) => {
      const before = process.listenerCount(signal);
      const wire = new Wire(
        (registry) =>
          addTool(registry, { name: "long" }, async (_, call) => {
            await aborted(call.signal);
            return { content: [] };
          }),
        // A grace would outlast the test.
        { signals: true, options: { graceMs: 600_000 } },
      );
      await wire.initialize();
      wire.post(1, "tools/call", { name: "long" });
      await wire.settled();
      process.emit(signal);
      expect(await wire.code).toBe(0);
      expect((await wire.answer(1)).result).toEqual({ content: [] });
      expect(process.listenerCount(signal)).toBe(before);
    },
  );

  it("survives a promise that a plugin forgot, and says whose it was", async () => {
    const wire = new Wire(
      (registry) =>
        addTool(registry, { name: "t" }, () => {
          process.emit("unhandledRejection", new Error("forgotten"), Promise.resolve());
          return { content: [] };
        }),
      { signals: true },
    );
    await wire.initialize();
    expect((await wire.request("tools/call", { name: "t" })).result).toBeDefined();
    expect(await wire.log("forgotten")).toContain('"plugin":"testing"');
    expect(await wire.end()).toBe(0);
  });

  it("ends in order, but with code 1, on an error that nobody caught", async () => {
    const wire = new Wire(undefined, { signals: true });
    await wire.settled();
    const events: NodeJS.EventEmitter = process;
    events.emit("uncaughtException", new Error("thrown past all"));
    expect(await wire.code).toBe(1);
    expect(wire.closedWith).toBeDefined();
    expect(await wire.log("thrown past all")).toContain("nobody caught");
  });

  it("refuses a line past the limit and goes on", async () => {
    const wire = new Wire(undefined, { options: { lineLimit: 1000 } });
    await wire.initialize();
    const filler = "x".repeat(5000);
    expect(await wire.echo(filler)).toMatchObject([{ error: { code: -32600 } }]);
    const request = { jsonrpc: "2.0", id: "large", method: "ping", params: { filler } };
    expect(await wire.echo(JSON.stringify(request))).toMatchObject([
      { id: "large", error: { code: -32600 } },
    ]);
    await wire.end();
  });

  it("is one of many in a process", async () => {
    const wires = [new Wire(), new Wire()];
    await wires[0]?.initialize();
    for (const wire of wires) await wire.settled();
    expect(wires.map(({ seams }) => seams?.client.peer.name)).toEqual(["tester", ""]);
    for (const wire of wires) await wire.end();
  });

  it("leaves no timer behind", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "setInterval", "clearTimeout"] });
    const wire = new Wire();
    await wire.settled();
    await wire.end();
    expect(vi.getTimerCount()).toBe(0);
    vi.useRealTimers();
  });
});
