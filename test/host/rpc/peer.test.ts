import { z } from "zod";
import { describe, expect, it } from "vitest";
import { defineMethod, defineNotification } from "../../../core/index.ts";
import type { Registry } from "../../../host/plugins/registry.ts";
import { aborted, addTool, gate, silentLog, Wire } from "../wire.ts";

const method = (registry: Registry, name: string, handler: () => unknown) =>
  registry.methods.set(name, {
    plugin: "testing",
    log: silentLog,
    definition: { name, summary: "", params: z.object({}), result: z.any() },
    handler,
  });

describe("JSON-RPC", () => {
  it.each<[string, string | Uint8Array, object]>([
    ["not JSON", "hello", { error: { code: -32700 } }],
    ["not UTF-8", Uint8Array.of(0x22, 0xff, 0x22), { error: { code: -32700 } }],
    ["a batch", '[{"jsonrpc":"2.0","id":1,"method":"ping"}]', { error: { code: -32600 } }],
    ["an empty object", "{}", { error: { code: -32600 } }],
    [
      "a wrong version",
      '{"jsonrpc":"1","id":1,"method":"ping"}',
      { id: 1, error: { code: -32600 } },
    ],
    [
      "an unknown method",
      '{"jsonrpc":"2.0","id":1,"method":"x/y"}',
      { id: 1, error: { code: -32601 } },
    ],
    [
      "a list as params",
      '{"jsonrpc":"2.0","id":1,"method":"ping","params":["x"]}',
      { error: { code: -32602 } },
    ],
    [
      "an empty list as params",
      '{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}',
      { error: { code: -32602 } },
    ],
    [
      "a notification as request",
      '{"jsonrpc":"2.0","id":1,"method":"notifications/cancelled"}',
      { error: { code: -32601 } },
    ],
  ])("answers %s once", async (_, line, expected) => {
    const wire = new Wire();
    await wire.initialize();
    const answers = await wire.echo(line);
    expect(answers).toHaveLength(1);
    expect(answers[0]).toMatchObject(expected);
    if (!("id" in expected) && !String(line).includes("id"))
      expect(answers[0]).not.toHaveProperty("id");
    await wire.end();
  });

  it.each([
    ["a blank line", "  "],
    ["an unknown notification", '{"jsonrpc":"2.0","method":"notifications/x"}'],
    ["a request method without an id", '{"jsonrpc":"2.0","method":"tools/list"}'],
    ["an answer nobody waits for", '{"jsonrpc":"2.0","id":0,"result":{}}'],
    ["an error nobody waits for", '{"jsonrpc":"2.0","id":"0","error":{"code":1,"message":""}}'],
    [
      "a malformed notification",
      '{"jsonrpc":"2.0","method":"notifications/cancelled","params":[1]}',
    ],
  ])("ignores %s", async (_, line) => {
    const wire = new Wire();
    await wire.initialize();
    expect(await wire.echo(line)).toEqual([]);
    await wire.end();
  });

  it("sends no error without an id before initialize was answered", async () => {
    const wire = new Wire();
    expect(await wire.echo("garbage")).toEqual([]);
    expect(await wire.echo("[]")).toEqual([]);
    expect(await wire.echo('{"jsonrpc":"2.0","id":3}')).toMatchObject([{ id: 3, error: {} }]);
    expect(await wire.log("not JSON")).toContain("refused a message");
    await wire.end();
  });

  it.each(["0", '""', '"7"', "7", "-1", "9007199254740993", '"a\\nb"'])(
    "gives the id %s back as it was",
    async (id) => {
      const wire = new Wire();
      wire.send(`{"jsonrpc":"2.0","id":${id},"method":"ping"}`);
      await wire.settled();
      expect(wire.text[0]).toBe(`{"jsonrpc":"2.0","id":${id},"result":{}}`);
      await wire.end();
    },
  );

  it("refuses an id that is in flight, and takes it again afterwards", async () => {
    const { reached, wait, open } = gate();
    const wire = new Wire((registry) => method(registry, "slow", wait));
    wire.post(5, "slow");
    await reached;
    wire.post(5, "ping");
    wire.post("5", "ping");
    expect((await wire.answer(5)).error?.code).toBe(-32600);
    expect((await wire.answer("5")).result).toEqual({});
    open();
    await wire.find((line) => line.id === 5 && line.result !== undefined);
    wire.post(5, "ping");
    await wire.settled();
    expect(wire.lines.filter((line) => "id" in line && line.id === 5)).toHaveLength(3);
    await wire.end();
  });

  it("answers a batch of 2025-03-26 as one array, without what needs no answer", async () => {
    const wire = new Wire((registry) => method(registry, "late", async () => ({ late: true })));
    await wire.initialize("2025-03-26");
    const from = wire.lines.length;
    wire.send(
      `[{"jsonrpc":"2.0","id":"a","method":"late"},{"jsonrpc":"2.0","method":"x"},
        {"jsonrpc":"2.0","id":"b","method":"initialize","params":{}},7]`.replaceAll("\n", ""),
    );
    // The answer of an element that takes its time holds back the whole array, nothing else.
    while (wire.lines.length < from + 2) await wire.settled();
    expect(wire.lines.find((line) => Array.isArray(line))).toEqual([
      { jsonrpc: "2.0", id: "a", result: { late: true } },
      { jsonrpc: "2.0", id: "b", error: { code: -32600, message: expect.any(String) as string } },
      { jsonrpc: "2.0", error: { code: -32600, message: expect.any(String) as string } },
    ]);
    expect(await wire.echo('[{"jsonrpc":"2.0","method":"x"}]')).toEqual([]);
    expect(await wire.echo("[]")).toMatchObject([{ error: { code: -32600 } }]);
    await wire.end();
  });

  it.each<[string, () => unknown]>([
    [
      "a cycle",
      () => {
        const cycle: Record<string, unknown> = {};
        cycle["a"] = cycle;
        return cycle;
      },
    ],
    [
      "a thrown error",
      () => {
        throw new Error("the secret text");
      },
    ],
    [
      "a thrown string",
      () => {
        // Plugins in plain JavaScript may throw anything.
        // oxlint-disable-next-line typescript/only-throw-error, no-throw-literal -- plugins may throw anything
        throw "the secret text";
      },
    ],
    ["a rejection", () => Promise.reject(new Error("the secret text"))],
  ])("answers %s as an internal error with a log id, not with its text", async (_, handler) => {
    const wire = new Wire((registry) => method(registry, "bug", handler));
    const { error } = await wire.request("bug");
    expect(error).toEqual({
      code: -32603,
      message: "internal error",
      data: { logId: expect.stringMatching(/^[0-9a-z]{8}$/) as string },
    });
    expect(wire.text.join()).not.toContain("secret");
    await wire.end();
  });

  it("writes bigints of a result as integers and nothing as an empty object", async () => {
    const wire = new Wire((registry) => {
      method(registry, "big", () => ({ big: 2n ** 60n }));
      method(registry, "none", () => undefined);
      method(registry, "null", () => null);
    });
    await wire.request("big");
    expect(wire.text[0]).toContain('"result":{"big":1152921504606846976}');
    expect((await wire.request("none")).result).toEqual({});
    expect((await wire.request("null")).result).toBeNull();
    await wire.end();
  });

  it("does not wait for one request before it reads the next", async () => {
    const { reached, wait, open } = gate();
    const wire = new Wire((registry) => method(registry, "slow", wait));
    wire.post(1, "slow");
    await reached;
    await wire.settled();
    expect(wire.lines).toHaveLength(1);
    open();
    await wire.answer(1);
    await wire.end();
  });

  it("serves a client that writes 50,000 requests before it reads", async () => {
    const wire = new Wire();
    wire.stdout.pause();
    const lines = Array.from({ length: 50_000 }, (_, id) =>
      JSON.stringify({ jsonrpc: "2.0", id, method: "ping" }),
    );
    wire.write(`${lines.join("\n")}\n`);
    await new Promise((resolve) => setImmediate(resolve));
    wire.stdout.resume();
    await wire.answer(49_999);
    expect(wire.lines.map((line) => "id" in line && line.id)).toEqual(lines.map((_, id) => id));
    await wire.end();
  });
});

describe("the client of plugins", () => {
  const question = defineMethod({
    name: "ask/it",
    summary: "",
    params: z.object({ text: z.string() }),
    result: z.object({ yes: z.boolean() }),
  });

  async function connected(): Promise<{
    wire: Wire;
    client: NonNullable<Wire["seams"]>["client"];
  }> {
    const wire = new Wire();
    await wire.initialize();
    const client = wire.seams?.client;
    if (client === undefined) throw new Error("not booted");
    return { wire, client };
  }

  it("sends requests with ids from 0 and checks the answer", async () => {
    const { wire, client } = await connected();
    const first = client.request(question, { text: "a" });
    const second = client.request(question, { text: "b" });
    expect(await wire.find((line) => line.id === 1 && line.method !== undefined)).toMatchObject({
      method: "ask/it",
      params: { text: "b" },
    });
    wire.send({ jsonrpc: "2.0", id: "0", result: { yes: true } });
    wire.send({ jsonrpc: "2.0", id: 1, result: { yes: true } });
    expect(await second).toEqual({ yes: true });
    wire.send({ jsonrpc: "2.0", id: 0, result: { yes: "maybe" } });
    await expect(first).rejects.toMatchObject({
      code: -32603,
      message: expect.stringContaining("yes") as string,
    });
    await wire.end();
  });

  it("rejects with the client's own error, malformed ones too", async () => {
    const { wire, client } = await connected();
    const asked = [0, 1].map(() => client.request(question, { text: "" }));
    wire.send({ jsonrpc: "2.0", id: 0, error: { code: 42, message: "no", data: [1] } });
    wire.send({ jsonrpc: "2.0", id: 1, error: "bad" });
    await expect(asked[0]).rejects.toMatchObject({ code: 42, message: "no", data: [1] });
    await expect(asked[1]).rejects.toMatchObject({ code: -32603 });
    await wire.end();
  });

  it("cancels at the client what is withdrawn or takes too long", async () => {
    const { wire, client } = await connected();
    const stop = new AbortController();
    const withdrawn = client.request(question, { text: "" }, { signal: stop.signal });
    const late = client.request(question, { text: "" }, { timeoutMs: 5 });
    stop.abort();
    await expect(withdrawn).rejects.toMatchObject({
      message: expect.stringContaining("withdrawn") as string,
    });
    await expect(late).rejects.toMatchObject({
      message: expect.stringContaining("in time") as string,
    });
    await wire.settled();
    const cancels = wire.lines.filter(
      (line) => "method" in line && line.method === "notifications/cancelled",
    );
    expect(cancels).toMatchObject([{ params: { requestId: 0 } }, { params: { requestId: 1 } }]);
    expect(await wire.echo('{"jsonrpc":"2.0","id":0,"result":{"yes":true}}')).toEqual([]);
    await expect(client.request(question, { text: "" }, { signal: stop.signal })).rejects.toThrow(
      "withdrawn",
    );
    await wire.end();
  });

  it("rejects what is pending when the connection ends", async () => {
    const { wire, client } = await connected();
    const pending = client.request(question, { text: "" });
    // Settled during the shutdown, so it needs its listener before.
    const outcome = pending.then(String, String);
    await wire.end();
    expect(await outcome).toContain("ended");
    await expect(client.request(question, { text: "" })).rejects.toThrow("ended");
  });

  it("queues notifications in order with answers", async () => {
    const note = defineNotification({
      name: "a/note",
      summary: "",
      params: z.object({ n: z.int() }),
    });
    const wire = new Wire((registry) =>
      method(registry, "count", () => {
        for (const n of [1, 2]) wire.seams?.client.notify(note, { n });
        return {};
      }),
    );
    await wire.request("count");
    expect(wire.lines.map((line) => ("method" in line ? line.params?.["n"] : "answer"))).toEqual([
      1,
      2,
      "answer",
    ]);
    await wire.end();
  });
});

describe("cancelling", () => {
  it("aborts the call and leaves it unanswered, whatever it still says", async () => {
    const seen: string[] = [];
    const wire = new Wire((registry) =>
      addTool(registry, { name: "t" }, async (_, call) => {
        await aborted(call.signal);
        seen.push("aborted");
        call.progress("late");
        return { content: [] };
      }),
    );
    await wire.initialize();
    wire.post("7", "tools/call", { name: "t", _meta: { progressToken: 0 } });
    wire.notify("notifications/cancelled", { requestId: 7 });
    await wire.settled();
    expect(seen).toEqual([]);
    wire.notify("notifications/cancelled", { requestId: "7", reason: "why not" });
    await wire.settled();
    expect(seen).toEqual(["aborted"]);
    await wire.settled();
    expect(wire.text.join()).not.toContain('"7"');
    expect(wire.text.join()).not.toContain("progress");
    await wire.end();
  });

  it("finds a call whose id no number can hold, and only when it can mean no other", async () => {
    const wire = new Wire(
      (registry) =>
        addTool(registry, { name: "t" }, async (_, call) => {
          await aborted(call.signal);
          return { content: [] };
        }),
      { options: { graceMs: 10 } },
    );
    await wire.initialize();
    const ids = ["9223372036854775807", "9007199254740992", "9007199254740993"];
    for (const id of ids) {
      wire.send(`{"jsonrpc":"2.0","id":${id},"method":"tools/call","params":{"name":"t"}}`);
      const cancel = `{"requestId":${id}}`;
      if (id === ids[1]) continue;
      wire.send(`{"jsonrpc":"2.0","method":"notifications/cancelled","params":${cancel}}`);
    }
    await wire.end();
    expect(ids.map((id) => wire.text.join("").includes(`"id":${id}`))).toEqual([false, true, true]);
  });

  it("is not lost when it comes in one chunk with its request", async () => {
    const wire = new Wire((registry) =>
      addTool(registry, { name: "t" }, async (_, call) => {
        expect(call.signal.aborted).toBe(true);
        return { content: [] };
      }),
    );
    await wire.initialize();
    const request = { jsonrpc: "2.0", id: 1, method: "tools/call", params: { name: "t" } };
    const cancel = { jsonrpc: "2.0", method: "notifications/cancelled", params: { requestId: 1 } };
    expect(await wire.echo(`${JSON.stringify(request)}\n${JSON.stringify(cancel)}`)).toEqual([]);
    await wire.end();
  });

  it.each([{}, { requestId: null }, { requestId: 99 }, { requestId: {} }])(
    "ignores %o",
    async (params) => {
      const wire = new Wire();
      await wire.initialize();
      wire.notify("notifications/cancelled", params);
      expect((await wire.request("ping")).result).toEqual({});
      await wire.end();
    },
  );

  it("answers after all where the host is told so", async () => {
    const wire = new Wire(
      (registry) =>
        addTool(registry, { name: "t" }, async (_, { signal }) => {
          await aborted(signal);
          throw signal.reason;
        }),
      { options: { answerCancelled: true } },
    );
    await wire.initialize();
    wire.post(1, "tools/call", { name: "t" });
    wire.notify("notifications/cancelled", { requestId: 1 });
    expect((await wire.answer(1)).result).toMatchObject({ isError: true });
    await wire.end();
  });
});
