import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { call, calls, completed, folders, hanging, order, outputs, text } from "../engine/stage.ts";
import { callEvents, company, once, server } from "./company.ts";

describe("acceptance 25: a call of an external tool", () => {
  it.each<[string, string, object | string, string, object]>([
    [
      "content",
      "echo",
      { text: "hi" },
      '[{"type":"text","text":"hi"}]',
      { Ok: { content: [{ type: "text", text: "hi" }] } },
    ],
    [
      "structured content",
      "structured",
      {},
      '{"answer":42}',
      { Ok: { content: [{ type: "text", text: "as text" }], structuredContent: { answer: 42 } } },
    ],
    [
      "an error of the tool's own",
      "fails",
      {},
      '[{"type":"text","text":"it went wrong"}]',
      { Ok: { content: [{ type: "text", text: "it went wrong" }], isError: true } },
    ],
    [
      "the server's refusal with its cause",
      "refuses",
      {},
      "tool call failed for `s/refuses`: not in this weather",
      { Err: "tool call failed for `s/refuses`: not in this weather" },
    ],
    [
      "no arguments as none",
      "undeclared",
      "",
      '[{"type":"text","text":"zebra"}]',
      { Ok: { content: [{ type: "text", text: "zebra" }] } },
    ],
  ])(
    "defect 18: tells the model %s, and everyone by events",
    async (_, name, args, told, result) => {
      const tool = name === "undeclared" ? "zebra" : name;
      const stage = await company({ s: server() }, { script: once(`s__${tool}`, args) });
      await stage.say("go");
      expect(outputs(stage.requests[1])).toEqual([told]);
      const invocation = { server: "s", tool, arguments: args === "" ? null : args };
      expect(callEvents(stage.events)).toEqual([
        { type: "mcp_tool_call_begin", call_id: "call_1", invocation },
        { type: "mcp_tool_call_end", call_id: "call_1", invocation, result },
      ]);
    },
  );

  it("names its duration in whole seconds and the rest", async () => {
    const stage = await company({ s: server() }, { script: once("s__zebra") });
    await stage.say("go");
    const { duration } = await stage.seen("mcp_tool_call_end");
    expect(duration.secs).toBe(0);
    expect(duration.nanos).toBeGreaterThan(0);
    expect(duration.nanos).toBeLessThan(1e9);
  });

  it.each([
    ["{", /^failed to parse function arguments: /],
    ["[1]", /^failed to parse function arguments: expected an object$/],
  ])("with the arguments %s is the model's mistake and no event", async (args, told) => {
    const stage = await company({ s: server() }, { script: once("s__echo", args) });
    await stage.say("go");
    expect(outputs(stage.requests[1])[0]).toMatch(told);
    expect(callEvents(stage.events)).toEqual([]);
  });

  it("shows pictures to the model in a message of their own", async () => {
    const stage = await company({ s: server() }, { script: once("s__pictures") });
    await stage.say("go");
    expect(outputs(stage.requests[1])[0]).not.toContain("aGk=");
    expect(stage.requests[1]?.input.at(-1)).toEqual({
      type: "message",
      role: "user",
      content: [{ type: "input_image", image_url: "data:image/png;base64,aGk=" }],
    });
  });

  it("ends at its time limit", async () => {
    const place = folders();
    const record = join(place.root, "record");
    const servers = { s: server(["record", record], { tool_timeout_sec: 0.2 }) };
    const stage = await company(servers, { script: once("s__stalls") }, place);
    await stage.say("go");
    expect(outputs(stage.requests[1])).toEqual([
      "tool call failed for `s/stalls`: no answer within 0.2 s",
    ]);
    await vi.waitFor(() =>
      expect(readFileSync(record, "utf8")).toContain("notifications/cancelled"),
    );
  });

  it("lives on while the server reports progress", async () => {
    const servers = { s: server([], { tool_timeout_sec: 0.6 }) };
    const script = once("s__progresses", { times: 5, ms: 200 });
    const stage = await company(servers, { script });
    await stage.say("go");
    expect(outputs(stage.requests[1])).toEqual(['[{"type":"text","text":"done"}]']);
  });

  it("is cancelled at the server when the task is interrupted", async () => {
    const place = folders();
    const record = join(place.root, "record");
    const servers = { s: server(["record", record]) };
    const stage = await company(servers, { script: once("s__stalls") }, place);
    const said = stage.say("go");
    await vi.waitFor(() => expect(readFileSync(record, "utf8")).toContain("tools/call"));
    await stage.conversation.interrupt();
    expect(await said).toEqual({ status: "aborted", reason: "interrupted" });
    expect(order(stage.events).slice(-2)).toEqual(["mcp_tool_call_end", "turn_aborted"]);
    await vi.waitFor(() =>
      expect(readFileSync(record, "utf8")).toContain("notifications/cancelled"),
    );
  });

  it("hears why its server died; the next one starts it again", async () => {
    const script = [
      calls(call("s__dies", {}, "c1")),
      calls(call("s__echo", { text: "back" }, "c2")),
      text("done"),
    ];
    const stage = await company({ s: server() }, { script });
    await stage.say("go");
    expect(outputs(stage.requests[2])).toEqual([
      "tool call failed for `s/dies`: it ended with exit code 3; its stderr ends: out of memory",
      '[{"type":"text","text":"back"}]',
    ]);
    expect(await stage.seen("background_event")).toEqual({
      type: "background_event",
      message: 'mcp server "s" was started again',
    });
  });
});

describe("two calls that find their server dead", () => {
  it("start it once", async () => {
    const place = folders();
    const record = join(place.root, "record");
    const script = [
      calls(call("s__dies", {}, "c1")),
      calls(call("s__meets", {}, "c2"), call("s__meets", {}, "c3")),
      text("done"),
    ];
    const stage = await company({ s: server(["record", record]) }, { script }, place);
    await stage.say("go");
    const met = '[{"type":"text","text":"met"}]';
    expect(outputs(stage.requests[2]).slice(1)).toEqual([met, met]);
    expect(readFileSync(record, "utf8").match(/started/g)).toHaveLength(2);
  });
});

describe("calls that change nothing", () => {
  const meeting = [call("s__meets", {}, "c1"), call("s__meets", {}, "c2")];

  it("run beside each other, and their outputs keep the order of the calls", async () => {
    const script = [calls(...meeting, call("s__zebra", {}, "c3")), text("done")];
    const stage = await company({ s: server() }, { script });
    await stage.say("go");
    const input = stage.requests[1]?.input.slice(-6) ?? [];
    expect(input.map((item) => ("call_id" in item ? `${item.type} ${item.call_id}` : ""))).toEqual([
      "function_call c1",
      "function_call_output c1",
      "function_call c2",
      "function_call_output c2",
      "function_call c3",
      "function_call_output c3",
    ]);
    // The third is none of them: it waits for both.
    expect(order(stage.events).filter((type) => type.startsWith("mcp"))).toEqual([
      "mcp_tool_call_begin",
      "mcp_tool_call_begin",
      "mcp_tool_call_end",
      "mcp_tool_call_end",
      "mcp_tool_call_begin",
      "mcp_tool_call_end",
    ]);
  });

  it("are asked for only when the settings say so", async () => {
    const config = { parallel_tool_calls: true };
    const plain = await company({}, { script: [text("x")] });
    const asked = await company({}, { script: [text("x")], config });
    await plain.say("go");
    await asked.say("go");
    expect(plain.requests[0]?.parallelToolCalls).toBe(false);
    expect(asked.requests[0]?.parallelToolCalls).toBe(true);
  });

  it("end with an interrupted task", async () => {
    const script = [hanging(call("s__meets", {}, "c1"), completed)];
    const stage = await company({ s: server() }, { script });
    const said = stage.say("go");
    await stage.seen("mcp_tool_call_begin");
    await stage.conversation.interrupt();
    expect(await said).toEqual({ status: "aborted", reason: "interrupted" });
    expect(stage.events.at(-1)?.msg.type).toBe("turn_aborted");
  });
});

describe("a server's question", () => {
  it("goes to the person, and the answer back to the server", async () => {
    const asked: unknown[] = [];
    const stage = await company(
      { s: server() },
      {
        script: once("s__asks"),
        ask(question) {
          asked.push({ message: question.message, fields: question.fields });
          const content = { colour: "blue", size: 2 };
          return Promise.resolve({ kind: "answered", action: "accept", content, result: {} });
        },
      },
    );
    await stage.say("go");
    expect(asked).toEqual([
      {
        message: 'The MCP server "s" asks: Which?',
        fields: {
          colour: {
            type: "choice",
            choices: [
              { value: "red", title: "Red" },
              { value: "blue", title: "Blue" },
            ],
          },
          size: { type: "integer", minimum: 1 },
        },
      },
    ]);
    const [block] = JSON.parse(outputs(stage.requests[1])[0] ?? "[]") as { text: string }[];
    expect(JSON.parse(block?.text ?? "")).toEqual({
      action: "accept",
      content: { colour: "blue", size: 2 },
    });
  });

  it("is declined when nobody can be asked", async () => {
    const stage = await company({ s: server() }, { script: once("s__asks") });
    await stage.say("go");
    expect(outputs(stage.requests[1])[0]).toContain("decline");
  });

  it("stops the clock of the call", async () => {
    const stage = await company(
      { s: server([], { tool_timeout_sec: 0.2 }) },
      {
        script: once("s__asks"),
        async ask() {
          await new Promise((resolve) => setTimeout(resolve, 500));
          return { kind: "answered", action: "cancel", content: {}, result: {} };
        },
      },
    );
    await stage.say("go");
    expect(outputs(stage.requests[1])[0]).toContain("cancel");
  });
});
