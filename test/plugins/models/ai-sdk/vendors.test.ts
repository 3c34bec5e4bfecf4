import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { ModelTool, ResponseItem } from "../../../../core/index.ts";
import { mockModel, type Entry } from "../../../helpers/mock-model.ts";
import { ask, at, failure, items, open, user } from "../opened.ts";

const tools: ModelTool[] = [
  {
    type: "function",
    name: "shell",
    description: "Runs.",
    strict: false,
    parameters: { type: "object", properties: {} },
  },
];

async function vendor(wire: string, model: string, script: readonly Entry[]) {
  const mock = await mockModel(script);
  onTestFinished(() => mock.close());
  const values = at(mock.url, { wire_api: wire, env_key: "VENDOR_KEY" }, { model });
  return { mock, model: await open(values, { env: { VENDOR_KEY: "k" } }) };
}

function sse(...events: object[]): Entry {
  return {
    raw: events
      .map((event) => {
        const name = "type" in event ? `event: ${String(event.type)}\n` : "";
        return `${name}data: ${JSON.stringify(event)}\n\n`;
      })
      .join(""),
  };
}

const output: ResponseItem = { type: "function_call_output", call_id: "toolu_1", output: "a.txt" };

describe("Anthropic", () => {
  const block = (index: number, content_block: object, ...deltas: object[]) => [
    { type: "content_block_start", index, content_block },
    ...deltas.map((delta) => ({ type: "content_block_delta", index, delta })),
    { type: "content_block_stop", index },
  ];
  const usage = {
    input_tokens: 12,
    cache_read_input_tokens: 5,
    cache_creation_input_tokens: 0,
    output_tokens: 1,
  };
  const start = {
    type: "message_start",
    message: {
      id: "msg_1",
      type: "message",
      role: "assistant",
      model: "claude-x",
      content: [],
      stop_reason: null,
      usage,
    },
  };
  const finish = (stop_reason: string) => [
    {
      type: "message_delta",
      delta: { stop_reason, stop_sequence: null },
      usage: { output_tokens: 9 },
    },
    { type: "message_stop" },
  ];
  const turn = [
    start,
    { type: "ping" },
    ...block(
      0,
      { type: "thinking", thinking: "", signature: "" },
      { type: "thinking_delta", thinking: "let me " },
      { type: "thinking_delta", thinking: "see" },
      { type: "signature_delta", signature: "sig" },
    ),
    ...block(1, { type: "text", text: "" }, { type: "text_delta", text: "Looking." }),
    ...block(
      2,
      { type: "tool_use", id: "toolu_1", name: "shell", input: {} },
      { type: "input_json_delta", partial_json: '{"command":' },
      { type: "input_json_delta", partial_json: '["ls"]}' },
    ),
  ];

  it("streams thoughts, text and calls, and gets its signed thoughts back", async () => {
    const { mock, model } = await vendor("anthropic", "claude-sonnet-5-5", [
      sse(...turn, ...finish("tool_use")),
      sse(
        start,
        ...block(0, { type: "text", text: "" }, { type: "text_delta", text: "Done." }),
        ...finish("end_turn"),
      ),
    ]);
    expect(model.traits.patchTool).toBe("function");
    const first = await ask(model, { tools, input: [user("look")] });
    expect(first.map((event) => ("delta" in event ? event.delta : event.type))).toEqual([
      "started",
      "reasoning_section_break",
      "let me ",
      "see",
      "item",
      "Looking.",
      "item",
      "item",
      "completed",
    ]);
    expect(items(first)).toMatchObject([
      { type: "reasoning", summary: [{ type: "summary_text", text: "let me see" }] },
      { type: "message", content: [{ type: "output_text", text: "Looking." }] },
      { type: "function_call", name: "shell", arguments: '{"command":["ls"]}', call_id: "toolu_1" },
    ]);
    expect(first.at(-1)).toMatchObject({
      usage: { input_tokens: 17, cached_input_tokens: 5, output_tokens: 9 },
    });

    await ask(model, { tools, input: [user("look"), ...items(first), output] });
    const [seen, second] = mock.requests;
    expect(seen?.path).toBe("/v1/messages");
    expect(seen?.headers).toMatchObject({ "x-api-key": "k", originator: "codex_cli_rs" });
    expect(seen?.headers).not.toHaveProperty("authorization");
    expect(second?.body["messages"]).toMatchObject([
      { role: "user", content: [{ type: "text", text: "look" }] },
      {
        role: "assistant",
        content: [
          { type: "thinking", thinking: "let me see", signature: "sig" },
          { type: "text", text: "Looking." },
          { type: "tool_use", id: "toolu_1", name: "shell", input: { command: ["ls"] } },
        ],
      },
      {
        role: "user",
        content: [{ type: "tool_result", tool_use_id: "toolu_1", content: "a.txt" }],
      },
    ]);
  });

  it("hears of the tools that were called where none are offered", async () => {
    const entry = sse(start, ...finish("end_turn"));
    const { mock, model } = await vendor("anthropic", "claude-sonnet-5-5", [entry, entry]);
    const call: ResponseItem = {
      type: "function_call",
      name: "shell",
      arguments: "{}",
      call_id: "toolu_1",
    };
    await ask(model, { tools: [], input: [user("look"), call, output] });
    await ask(model, { tools: [], input: [user("look")] });
    const [first, second] = mock.requests.map(({ body }) => body["tools"]);
    expect(first).toMatchObject([{ name: "shell" }]);
    expect(second).toBeUndefined();
  });

  it("shows its own thoughts to no other provider", async () => {
    const { model } = await vendor("anthropic", "claude-sonnet-5-5", [
      sse(...turn, ...finish("tool_use")),
    ]);
    const history = items(await ask(model, { tools, input: [user("look")] }));
    const other = await mockModel(["hi", "hi"]);
    onTestFinished(() => other.close());
    await ask(await open(at(other.url)), { input: [user("look"), ...history, output] });
    const sent = JSON.stringify(other.requests[0]?.body);
    expect(sent).not.toContain("sig");
    expect(sent).not.toContain("portico:");
    expect(sent).toContain("Looking.");
  });

  it.each<[string, Entry, boolean]>([
    ["that breaks off", sse(...turn), true],
    [
      "that is overloaded",
      sse(start, ...turn.slice(6), {
        type: "error",
        error: { type: "overloaded_error", message: "busy" },
      }),
      true,
    ],
    [
      "that is refused",
      {
        status: 400,
        body: '{"type":"error","error":{"type":"invalid_request_error","message":"no"}}',
      },
      false,
    ],
  ])("fails with an answer %s, without running its calls", async (_, entry, retryable) => {
    const { model } = await vendor("anthropic", "claude-sonnet-5-5", [entry]);
    const events = await ask(model, { tools });
    expect(failure(events)).toMatchObject({ retryable });
    expect(items(events).filter((item) => item.type === "function_call")).toEqual([]);
  });
});

describe("Gemini", () => {
  const candidate = (parts: object[], finishReason?: string) => ({
    candidates: [
      {
        index: 0,
        content: { role: "model", parts },
        ...(finishReason !== undefined && { finishReason }),
      },
    ],
    usageMetadata: {
      promptTokenCount: 8,
      candidatesTokenCount: 4,
      thoughtsTokenCount: 2,
      totalTokenCount: 14,
    },
  });
  const turn = [
    candidate([{ text: "pondering", thought: true }]),
    candidate([{ text: "Looking." }]),
    candidate([
      { functionCall: { name: "shell", args: { command: ["ls"] } }, thoughtSignature: "sig" },
    ]),
  ];

  it("streams thoughts, text and calls, and gets its signatures back", async () => {
    const { mock, model } = await vendor("gemini", "gemini-pro-latest", [
      sse(...turn, candidate([], "STOP")),
      sse(candidate([{ text: "Done." }], "STOP")),
    ]);
    const first = await ask(model, { tools, input: [user("look")] });
    expect(first.at(-1)).toMatchObject({
      type: "completed",
      usage: { input_tokens: 8, reasoning_output_tokens: 2 },
    });
    const made = items(first);
    expect(made.filter((item) => item.type !== "reasoning")).toMatchObject([
      { type: "message", content: [{ type: "output_text", text: "Looking." }] },
      { type: "function_call", name: "shell", arguments: '{"command":["ls"]}' },
    ]);
    const call = made.find((item) => item.type === "function_call");
    if (call === undefined) throw new Error("no call");
    const result: ResponseItem = {
      type: "function_call_output",
      call_id: call.call_id,
      output: "a.txt",
    };
    const second = await ask(model, { tools, input: [user("look"), ...made, result] });
    expect(items(second)).toMatchObject([{ content: [{ text: "Done." }] }]);

    expect(mock.requests[0]?.path).toContain("/models/gemini-pro-latest:streamGenerateContent");
    expect(mock.requests[0]?.headers).toMatchObject({ "x-goog-api-key": "k" });
    const contents = mock.requests[1]?.body["contents"] as { role: string; parts: object[] }[];
    expect(contents.map(({ role }) => role)).toEqual(["user", "model", "user"]);
    expect(contents[1]?.parts).toContainEqual(
      expect.objectContaining({
        functionCall: expect.objectContaining({ name: "shell" }) as object,
        thoughtSignature: "sig",
      }),
    );
  });

  it("fails with an answer that breaks off", async () => {
    const { model } = await vendor("gemini", "gemini-pro-latest", [sse(...turn)]);
    const events = await ask(model, { tools });
    expect(failure(events)).toMatchObject({ retryable: true });
  });
});

describe("an installed AI SDK provider", () => {
  function home(source: string): string {
    const folder = mkdtempSync(join(tmpdir(), "portico-models-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const place = join(folder, "node_modules", "acme-ai");
    mkdirSync(place, { recursive: true });
    writeFileSync(
      join(place, "package.json"),
      '{ "name": "acme-ai", "type": "module", "exports": "./index.js" }',
    );
    writeFileSync(join(place, "index.js"), source);
    return folder;
  }
  const provider = (version: string) => `export const createAcme = (settings) => ({
    languageModel: (modelId) => ({
      specificationVersion: "${version}",
      async doStream() {
        const parts = [
          { type: "text-start", id: "0" },
          { type: "text-delta", id: "0", delta: modelId + " of " + settings.name },
          { type: "text-end", id: "0" },
          { type: "finish", finishReason: { unified: "stop" }, usage: { inputTokens: {}, outputTokens: {} } },
        ];
        return { stream: ReadableStream.from(parts) };
      },
    }),
  });`;
  const values = {
    model: "m1",
    model_provider: "acme",
    model_providers: { acme: { name: "Acme", ai_sdk: "acme-ai" } },
  };

  it("is found from the home folder and asked", async () => {
    const events = await ask(await open(values, { home: home(provider("v4")) }));
    expect(items(events)).toMatchObject([{ content: [{ text: "m1 of acme" }] }]);
    expect(events.at(-1)).toEqual({ type: "completed", usage: null });
  });

  it.each([
    ["speaks another version", provider("v2"), /ai_sdk "acme-ai": speaks version "v2"/],
    ["makes nothing", "export const other = 1;", /ai_sdk "acme-ai": exports no create… function/],
    ["does not load", "throw new Error('broken');", /ai_sdk "acme-ai": broken/],
  ])("that %s is a final failure", async (_, source, message) => {
    const found = failure(await ask(await open(values, { home: home(source) })));
    expect(found?.message).toMatch(message);
    expect(found?.retryable).toBe(false);
  });
});
