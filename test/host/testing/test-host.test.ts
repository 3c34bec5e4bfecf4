import { z } from "zod";
import { describe, expect, it } from "vitest";
import {
  defineMethod,
  defineNotification,
  definePlugin,
  defineTool,
  RpcError,
  token,
} from "../../../core/index.ts";
import { contractTests, createTestHost } from "../../../host/testing/index.ts";

interface Counter {
  next(): number;
}
const Counter = token<Counter>("counting/counter");

const counting = definePlugin({
  apiVersion: 1,
  name: "counting",
  version: "1.0.0",
  options: z.strictObject({ from: z.int().default(0) }),
  provides: [Counter],
  setup({ options, provide }) {
    let last = options.from;
    provide(Counter, { next: () => (last += 1) });
  },
});

const asked = defineNotification({
  name: "greeter/asked",
  summary: "Someone was asked.",
  params: z.object({ who: z.string() }),
});

const greeter = definePlugin({
  apiVersion: 1,
  name: "greeter",
  version: "1.0.0",
  needs: { counter: Counter },
  setup({ method, tool, notification, client }, { counter }) {
    notification(asked);
    method(
      defineMethod({
        name: "greeter/count",
        summary: "Counts.",
        params: z.object({ step: z.int().max(3) }),
        result: z.object({ count: z.int() }),
      }),
      ({ step }) => ({ count: counter.next() * step }),
    );
    tool(
      defineTool({
        name: "greet",
        title: "Greet",
        description: "Greets whoever may be greeted.",
        input: z.strictObject({ who: z.string() }),
      }),
      async ({ who }, { ask, signal }) => {
        client.notify(asked, { who });
        const answer = await ask({ message: `Greet ${who}?`, fields: {} });
        const action = answer.kind === "answered" ? answer.action : answer.reason;
        return { content: [{ type: "text", text: `${action} ${signal.aborted}` }] };
      },
    );
  },
});

const plugins = [{ plugin: counting, options: { from: 41 } }, greeter];

describe("a test host", () => {
  it("runs plugins with their options and services", async () => {
    const host = await createTestHost({ plugins });
    expect(await host.request("greeter/count", { step: 1 })).toEqual({ count: 42 });
    await expect(host.request("greeter/count", { step: 4 })).rejects.toMatchObject({
      code: -32602,
    });
    expect(host.initialized).toMatchObject({ protocolVersion: "2025-11-25" });
    expect(await host.close()).toBe(0);
  });

  it("answers questions as told, then declines", async () => {
    const host = await createTestHost({ plugins, answers: [{ action: "accept" }] });
    const said = async () => JSON.stringify(await host.callTool("greet", { who: "you" }));
    expect(await said()).toContain("accept false");
    expect(await said()).toContain("decline false");
    host.onAsk(({ message }) => ({ action: message === "Greet you?" ? "cancel" : "accept" }));
    expect(await said()).toContain("cancel");
    host.onAsk(() => Promise.reject(new RpcError(1, "no")));
    expect(await said()).toContain("failed");
    expect(host.notifications).toContainEqual({ method: "greeter/asked", params: { who: "you" } });
    await host.close();
  });

  it("introduces the client as told", async () => {
    const host = await createTestHost({
      plugins,
      clientCapabilities: {},
      protocolVersion: "2024-11-05",
    });
    expect(host.initialized).toMatchObject({ protocolVersion: "2024-11-05" });
    expect(JSON.stringify(await host.callTool("greet", { who: "x" }))).toContain("unsupported");
    await host.close();
  });

  it("cancels a request by its signal", async () => {
    const stop = new AbortController();
    const host = await createTestHost({ plugins });
    host.onAsk(() => {
      stop.abort(new Error("enough"));
      return { action: "accept" };
    });
    await expect(host.callTool("greet", { who: "x" }, stop.signal)).rejects.toThrow("enough");
    await host.close();
  });

  it("rejects when a plugin does not start", async () => {
    const broken = definePlugin({
      apiVersion: 1,
      name: "broken",
      version: "1.0.0",
      setup: () => Promise.reject(new Error("no luck")),
    });
    await expect(createTestHost({ plugins: [broken] })).rejects.toThrow("no luck");
    await expect(createTestHost({ plugins: [greeter] })).rejects.toThrow("counting/counter");
  });
});

describe("the contract tests", () => {
  for (const { name, run } of contractTests(greeter, [counting])) it(`pass: ${name}`, run);

  it.each<[string, Parameters<typeof definePlugin>[0], string, string]>([
    [
      "a bare method name",
      {
        apiVersion: 1,
        name: "bad",
        version: "1.0.0",
        setup: ({ method }) =>
          method(
            defineMethod({ name: "bare", summary: "", params: z.object(), result: z.object() }),
            () => ({}),
          ),
      },
      "names",
      'must be named "bad/…"',
    ],
    [
      "a slow set-up",
      {
        apiVersion: 1,
        name: "bad",
        version: "1.0.0",
        setup: () => new Promise((resolve) => setTimeout(resolve, 1100)),
      },
      "sets itself up",
      "took",
    ],
    [
      "a plugin that does not close",
      {
        apiVersion: 1,
        name: "bad",
        version: "1.0.0",
        setup: ({ onClose }) => onClose(() => new Promise(() => undefined)),
      },
      "closes",
      "did not close",
    ],
  ])("find %s", async (...[, plugin, check, problem]) => {
    const found: unknown[] = [];
    const tests = contractTests(plugin).filter(({ name }) => name.includes(check));
    for (const { run } of tests) await run().catch((error: unknown) => found.push(error));
    expect(found.map(String)).toEqual([expect.stringContaining(problem)]);
  });
});
