import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { Log } from "../../../core/index.ts";
import { completionKey } from "../../../host/plugins/registry.ts";
import type { Registry } from "../../../host/plugins/registry.ts";
import { silentLog, Wire } from "../wire.ts";

const owner = { plugin: "testing", log: silentLog };

function fill(registry: Registry): void {
  registry.prompts.set("greet", {
    ...owner,
    definition: {
      name: "greet",
      title: "Greet",
      description: "Greets.",
      arguments: [{ name: "who", title: "Who", required: true }, { name: "how" }],
    },
    handler: ({ who, how }) => ({
      messages: [{ role: "user", content: { type: "text", text: `${how ?? "hi"} ${who}` } }],
    }),
  });
  registry.resources.set("memo:all", {
    ...owner,
    definition: { uri: "memo:all", name: "all", title: "All", mimeType: "text/plain" },
    handler: () => [{ uri: "memo:all", text: "fixed" }],
  });
  registry.resourceTemplates.set("memo:{id}", {
    ...owner,
    definition: { uriTemplate: "memo:{id}", name: "one" },
    handler: ({ id }) => [{ uri: `memo:${id}`, text: `id ${id}` }],
  });
  const target = { type: "ref/prompt", name: "greet", argument: "who" } as const;
  registry.completions.set(completionKey(target), {
    ...owner,
    definition: target,
    handler: (value, others) =>
      Array.from({ length: 150 }, (_, index) => `${value}${others["how"] ?? ""}${index}`),
  });
}

async function connected(revision?: string): Promise<Wire> {
  const wire = new Wire(fill);
  await wire.initialize(revision);
  return wire;
}

describe("prompts", () => {
  it("are listed, with titles where the revision has them", async () => {
    const wire = await connected();
    expect((await wire.request("prompts/list")).result).toEqual({
      prompts: [
        {
          name: "greet",
          title: "Greet",
          description: "Greets.",
          arguments: [{ name: "who", required: true, title: "Who" }, { name: "how" }],
        },
      ],
    });
    await wire.end();
    const old = await connected("2025-03-26");
    expect(JSON.stringify((await old.request("prompts/list")).result)).not.toContain("title");
    await old.end();
  });

  it("are filled in", async () => {
    const wire = await connected();
    const { result } = await wire.request("prompts/get", {
      name: "greet",
      arguments: { who: "you" },
    });
    expect(result).toEqual({
      messages: [{ role: "user", content: { type: "text", text: "hi you" } }],
    });
    await wire.end();
  });

  it.each([
    [{}, "name"],
    [{ name: "gret" }, '"gret"'],
    [{ name: "greet" }, "who"],
    [{ name: "greet", arguments: { who: 1 } }, "arguments.who"],
    [{ name: "greet", arguments: 1 }, "arguments"],
  ])("refuse %j", async (params, named) => {
    const wire = await connected();
    const { error } = await wire.request("prompts/get", params);
    expect(error).toMatchObject({
      code: -32602,
      message: expect.stringContaining(named) as string,
    });
    await wire.end();
  });
});

describe("resources", () => {
  it("are listed, fixed ones and templates", async () => {
    const wire = await connected();
    expect((await wire.request("resources/list")).result).toEqual({
      resources: [{ uri: "memo:all", name: "all", mimeType: "text/plain", title: "All" }],
    });
    expect((await wire.request("resources/templates/list")).result).toEqual({
      resourceTemplates: [{ uriTemplate: "memo:{id}", name: "one" }],
    });
    await wire.end();
  });

  it("are read by their URI, then by the first template that fits", async () => {
    const wire = await connected();
    expect((await wire.request("resources/read", { uri: "memo:all" })).result).toEqual({
      contents: [{ uri: "memo:all", text: "fixed" }],
    });
    expect((await wire.request("resources/read", { uri: "memo:a%20b" })).result).toEqual({
      contents: [{ uri: "memo:a b", text: "id a b" }],
    });
    await wire.end();
  });

  it.each([
    [{ uri: "memo:a/b" }, -32002],
    [{ uri: "other:" }, -32002],
    [{ uri: 1 }, -32602],
    [{}, -32602],
  ])("refuse %j with %i", async (params, code) => {
    const wire = await connected();
    expect((await wire.request("resources/read", params)).error?.code).toBe(code);
    await wire.end();
  });
});

describe("completion", () => {
  const ref = { type: "ref/prompt", name: "greet" };

  it("gives at most a hundred values and says how many there are", async () => {
    const wire = await connected();
    const { result } = await wire.request("completion/complete", {
      ref,
      argument: { name: "who", value: "x" },
      context: { arguments: { how: "-" } },
    });
    const completion = result?.["completion"] as { values: string[] };
    expect(completion).toMatchObject({ total: 150, hasMore: true });
    expect(completion.values).toHaveLength(100);
    expect(completion.values[1]).toBe("x-1");
    await wire.end();
  });

  it("knows nothing about an argument nobody completes", async () => {
    const wire = await connected();
    for (const each of [ref, { type: "ref/resource", uri: "memo:{id}" }]) {
      const params = { ref: each, argument: { name: "how", value: "" } };
      expect((await wire.request("completion/complete", params)).result).toEqual({
        completion: { values: [], total: 0, hasMore: false },
      });
    }
    await wire.end();
  });

  it.each([
    [{ argument: { name: "a", value: "" } }, "ref"],
    [{ ref }, "argument"],
    [{ ref, argument: { name: "who" } }, "value"],
    [{ ref: { type: "ref/prompt", name: "x" }, argument: { name: "a", value: "" } }, '"x"'],
    [{ ref: { type: "ref/resource", uri: "x" }, argument: { name: "a", value: "" } }, '"x"'],
    [{ ref: { type: "x" }, argument: { name: "a", value: "" } }, "ref.type"],
  ])("refuses %j", async (params, named) => {
    const wire = await connected();
    const { error } = await wire.request("completion/complete", params);
    expect(error).toMatchObject({
      code: -32602,
      message: expect.stringContaining(named) as string,
    });
    await wire.end();
  });
});

describe("logging", () => {
  const messages = (wire: Wire) =>
    wire.lines.flatMap((line) =>
      "method" in line && line.method === "notifications/message" ? [line.params] : [],
    );

  async function logging(): Promise<{ wire: Wire; log: Log }> {
    const wire = new Wire();
    await wire.settled();
    const log = wire.seams?.log.for("acme");
    if (log === undefined) throw new Error("not booted");
    return { wire, log };
  }

  it("reaches the client from warning on, after initialize", async () => {
    const { wire, log } = await logging();
    log.error("too early");
    await wire.initialize();
    log.info("not loud enough");
    log.warn("careful", { count: 2, error: new Error("private") });
    await wire.settled();
    expect(messages(wire)).toEqual([
      { level: "warning", logger: "acme", data: { message: "careful", count: 2 } },
    ]);
    await wire.end();
  });

  it("follows logging/setLevel", async () => {
    const { wire, log } = await logging();
    await wire.initialize();
    expect((await wire.request("logging/setLevel", { level: "debug" })).result).toEqual({});
    log.debug("a");
    await wire.request("logging/setLevel", { level: "critical" });
    log.error("b");
    await wire.settled();
    expect(messages(wire)).toMatchObject([{ level: "debug", data: { message: "a" } }]);
    await wire.end();
  });

  it.each([{ level: "loud" }, { level: 1 }, {}])("refuses %j", async (params) => {
    const { wire } = await logging();
    await wire.initialize();
    expect((await wire.request("logging/setLevel", params)).error?.code).toBe(-32602);
    await wire.end();
  });

  it("does not flood the client", async () => {
    const { wire, log } = await logging();
    await wire.initialize();
    for (let count = 0; count < 1000; count += 1) log.warn("again");
    await wire.settled();
    expect(messages(wire)).toHaveLength(50);
    await wire.end();
  });
});

describe("methods of plugins", () => {
  const withMethod = () => {
    const heard: unknown[] = [];
    const wire = new Wire((registry) => {
      registry.methods.set("acme/add", {
        ...owner,
        definition: {
          name: "acme/add",
          summary: "",
          params: async () => z.object({ a: z.int(), list: z.array(z.string()).default([]) }),
          result: z.object(),
        },
        handler: (params) => ({ params: params as object }),
      });
      registry.notifications.set("acme/note", {
        ...owner,
        definition: { name: "acme/note", summary: "", params: z.object({ n: z.int() }) },
        handler: (params) => {
          heard.push(params);
          throw new Error("nobody hears of it");
        },
      });
    });
    return { wire, heard };
  };

  it("get parsed params", async () => {
    const { wire } = withMethod();
    expect((await wire.request("acme/add", { a: 1, more: true })).result).toEqual({
      params: { a: 1, list: [] },
    });
    await wire.end();
  });

  it.each([
    [undefined, [{ path: "a", message: expect.stringContaining("missing") as string }]],
    [{ a: "1" }, [{ path: "a", message: '"a" is "1", but must be a number' }]],
    [
      { a: 1, list: ["x", 2] },
      [{ path: "list[1]", message: '"list[1]" is 2, but must be a string' }],
    ],
  ])("refuse %j by name", async (params, data) => {
    const { wire } = withMethod();
    const { error } = await wire.request("acme/add", params);
    expect(error).toMatchObject({ code: -32602 });
    expect(error?.data).toMatchObject(data);
    await wire.end();
  });

  it("hear notifications whose params fit, and may fail at it", async () => {
    const { wire, heard } = withMethod();
    wire.notify("acme/note", { n: "x" });
    wire.notify("acme/note", { n: 7 });
    while (heard.length === 0) await wire.settled();
    expect(heard).toEqual([{ n: 7 }]);
    await wire.end();
  });
});
