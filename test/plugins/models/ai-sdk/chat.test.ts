import fc from "fast-check";
import { describe, expect, it, onTestFinished } from "vitest";
import type { ModelTool, ResponseItem } from "../../../../core/index.ts";
import { mockModel, type Entry } from "../../../helpers/mock-model.ts";
import { ask, at, failure, items, open, user } from "../opened.ts";

async function chat(script: readonly Entry[], extra = {}, env = {}) {
  const mock = await mockModel(script);
  onTestFinished(() => mock.close());
  const model = await open(at(mock.url, { wire_api: "chat", ...extra }), { env });
  return { mock, model };
}

const tools: ModelTool[] = [
  {
    type: "function",
    name: "shell",
    description: "Runs.",
    strict: false,
    parameters: { type: "object" },
  },
  {
    type: "custom",
    name: "apply_patch",
    description: "Patches.",
    format: { type: "grammar", syntax: "lark", definition: "start: X" },
  },
  { type: "web_search" },
];

/** Chunks as `data:` lines; a string stands for itself. */
function sse(...chunks: (object | string)[]): { raw: string } {
  const lines = chunks.map((chunk) => (typeof chunk === "string" ? chunk : JSON.stringify(chunk)));
  return { raw: lines.map((line) => `data: ${line}\n\n`).join("") };
}

function delta(value: object, finish_reason: string | null = null): object {
  return { id: "x", created: 1, model: "m", choices: [{ index: 0, delta: value, finish_reason }] };
}

function call(fields: object, fn: object): object {
  return delta({ tool_calls: [{ ...fields, function: fn }] });
}

const message = (text: string): ResponseItem => ({
  type: "message",
  role: "assistant",
  content: [{ type: "output_text", text }],
});

describe("acceptance 32, defect 11: the request", () => {
  it("has model, messages, tools and the wish for usage, nothing else", async () => {
    const { mock, model } = await chat(["hi"]);
    await ask(model, { tools, effort: "high", verbosity: "low", outputSchema: {} });
    expect(mock.requests[0]?.path).toBe("/v1/chat/completions");
    expect(mock.requests[0]?.body).toEqual({
      model: "mock-model",
      messages: [
        { role: "system", content: "Be brief." },
        { role: "user", content: "hello" },
      ],
      tools: [
        {
          type: "function",
          function: {
            name: "shell",
            description: "Runs.",
            parameters: { type: "object" },
            strict: false,
          },
        },
        {
          type: "function",
          function: {
            name: "apply_patch",
            description:
              "Patches.\n\nThe language of the input, in the notation of lark:\nstart: X",
            parameters: {
              type: "object",
              properties: {
                input: { type: "string", description: "The whole text for the tool." },
              },
              required: ["input"],
              additionalProperties: false,
            },
            strict: false,
          },
        },
      ],
      stream: true,
      stream_options: { include_usage: true },
    });
  });

  it("acceptance 19: carries who asks and what the provider wants added", async () => {
    const { mock, model } = await chat(
      ["hi"],
      {
        env_key: "KEY",
        query_params: { v: "1" },
        http_headers: { "X-Static": "1" },
        env_http_headers: { "X-Env": "FROM_ENV" },
      },
      { KEY: "k", FROM_ENV: "2" },
    );
    await ask(model);
    expect(mock.requests[0]?.path).toBe("/v1/chat/completions?v=1");
    expect(mock.requests[0]?.headers).toMatchObject({
      authorization: "Bearer k",
      accept: "text/event-stream",
      originator: "codex_cli_rs",
      "x-static": "1",
      "x-env": "2",
    });
    expect(mock.requests[0]?.headers["user-agent"]).toMatch(/^codex_cli_rs\/1\.2\.3 \(/);
    expect(mock.requests[0]?.headers).not.toHaveProperty("conversation_id");
  });

  it("keeps every message, image, call and result, and thoughts of this turn", async () => {
    const { mock, model } = await chat(["hi"]);
    const thought = (text: string): ResponseItem => ({
      type: "reasoning",
      summary: [],
      content: [{ type: "reasoning_text", text }],
    });
    await ask(model, {
      instructions: "",
      input: [
        user("one"),
        thought("old"),
        message("same"),
        {
          type: "message",
          role: "user",
          content: [
            { type: "input_text", text: "two" },
            { type: "input_image", image_url: "data:image/png;base64,AAAA" },
            { type: "input_image", image_url: "https://example.invalid/a.png" },
          ],
        },
        message("same"),
        thought("new"),
        { type: "function_call", name: "shell", arguments: '{ "a":1}', call_id: "c1" },
        { type: "function_call_output", call_id: "c1", output: "out" },
        { type: "custom_tool_call", name: "apply_patch", input: "p", call_id: "c2" },
      ],
    });
    expect(mock.requests[0]?.body["messages"]).toEqual([
      { role: "user", content: "one" },
      { role: "assistant", content: "same" },
      {
        role: "user",
        content: [
          { type: "text", text: "two" },
          { type: "image_url", image_url: { url: "data:image/png;base64,AAAA" } },
          { type: "image_url", image_url: { url: "https://example.invalid/a.png" } },
        ],
      },
      {
        role: "assistant",
        content: "same",
        reasoning: "new",
        tool_calls: [
          { id: "c1", type: "function", function: { name: "shell", arguments: '{ "a":1}' } },
        ],
      },
      { role: "tool", tool_call_id: "c1", content: "out" },
      {
        role: "assistant",
        content: null,
        tool_calls: [
          {
            id: "c2",
            type: "function",
            function: { name: "apply_patch", arguments: '{"input":"p"}' },
          },
        ],
      },
      { role: "tool", tool_call_id: "c2", content: "aborted" },
    ]);
  });

  it.each(["reasoning", "reasoning_content"])(
    "sends thoughts back under the server's name for them, %s",
    async (name) => {
      const thinking = sse(
        delta({ [name]: "hm" }),
        call({ index: 0, id: "a" }, { name: "shell", arguments: "{}" }),
        delta({}, "tool_calls"),
      );
      const { mock, model } = await chat([thinking, "done"]);
      const made = items(await ask(model, { tools, input: [user("go")] }));
      const output: ResponseItem = { type: "function_call_output", call_id: "a", output: "" };
      await ask(model, { tools, input: [user("go"), ...made, output] });
      const messages = mock.requests[1]?.body["messages"] as object[];
      expect(messages[2]).toMatchObject({ role: "assistant", [name]: "hm" });
      expect(Object.keys(messages[2] ?? {}).filter((key) => key.startsWith("reasoning"))).toEqual([
        name,
      ]);
    },
  );

  it("shows calls of one answer as one message, though outputs lie between them", async () => {
    const both: Entry = [
      { message: "both:" },
      { call: "shell", arguments: { n: 1 }, id: "c1" },
      { call: "shell", arguments: { n: 2 }, id: "c2" },
    ];
    const { mock, model } = await chat([both, "done"]);
    const [said, first, second] = items(await ask(model, { tools }));
    if (said === undefined || first === undefined || second === undefined)
      throw new Error("missing");
    const output = (call_id: string): ResponseItem => ({
      type: "function_call_output",
      call_id,
      output: `of ${call_id}`,
    });
    await ask(model, {
      tools,
      input: [user("go"), said, first, output("c1"), second, output("c2")],
    });
    expect(mock.requests[1]?.body["messages"]).toEqual([
      { role: "system", content: "Be brief." },
      { role: "user", content: "go" },
      {
        role: "assistant",
        content: "both:",
        tool_calls: [
          { id: "c1", type: "function", function: { name: "shell", arguments: '{"n":1}' } },
          { id: "c2", type: "function", function: { name: "shell", arguments: '{"n":2}' } },
        ],
      },
      { role: "tool", tool_call_id: "c1", content: "of c1" },
      { role: "tool", tool_call_id: "c2", content: "of c2" },
    ]);
  });
});

describe("acceptance 32, defect 11: the answer", () => {
  it("comes in the order of the stream, with usage", async () => {
    const { model } = await chat([
      {
        items: [
          { reasoning: { raw: ["hm"] } },
          { message: "hello", deltas: ["hel", "lo"] },
          { call: "shell", arguments: { command: ["ls"] }, id: "c1" },
          { call: "apply_patch", arguments: { input: "patch" }, id: "c2" },
        ],
        usage: { input: 7, output: 3 },
      },
    ]);
    const events = await ask(model, { tools });
    expect(events.map((event) => ("delta" in event ? event.delta : event.type))).toEqual([
      "started",
      "hm",
      "item",
      "hel",
      "lo",
      "item",
      "item",
      "item",
      "completed",
    ]);
    expect(events[0]).toEqual({ type: "started", rateLimits: null });
    expect(items(events)).toMatchObject([
      { type: "reasoning", summary: [], content: [{ type: "reasoning_text", text: "hm" }] },
      { type: "message", role: "assistant", content: [{ type: "output_text", text: "hello" }] },
      { type: "function_call", name: "shell", arguments: '{"command":["ls"]}', call_id: "c1" },
      { type: "custom_tool_call", name: "apply_patch", input: "patch", call_id: "c2" },
    ]);
    expect(events.at(-1)).toEqual({
      type: "completed",
      usage: {
        input_tokens: 7,
        cached_input_tokens: 0,
        output_tokens: 3,
        reasoning_output_tokens: 0,
        total_tokens: 10,
      },
    });
  });

  const ls = { name: "shell", arguments: '{"command":["ls"]}' };
  const stop = delta({}, "stop");
  it.each<[string, Entry, object[]]>([
    [
      "Ollama: whole calls without index, the wrong finish reason, an empty text",
      sse(
        delta({ role: "assistant", content: "" }),
        call({ id: "a", type: "function" }, ls),
        stop,
        "[DONE]",
      ),
      [{ name: "shell", call_id: "a" }],
    ],
    [
      "vLLM: the name first, pieces without id, usage in a chunk of its own",
      sse(
        call({ index: 0, id: "a" }, { name: "shell", arguments: "" }),
        call({ index: 0 }, { arguments: '{"comm' }),
        call({ index: 1, id: "b" }, { name: "shell", arguments: "{" }),
        call({ index: 0 }, { arguments: 'and":[]}' }),
        call({ index: 1 }, { arguments: "}" }),
        delta({}, "tool_calls"),
        { id: "x", choices: [], usage: { prompt_tokens: 1, completion_tokens: 2 } },
        "[DONE]",
      ),
      [
        { arguments: '{"command":[]}', call_id: "a" },
        { arguments: "{}", call_id: "b" },
      ],
    ],
    [
      "llama.cpp: an empty id",
      sse(call({ index: 0, id: "" }, ls), delta({}, "tool_calls"), "[DONE]"),
      [{ call_id: expect.stringMatching(/\S/) as unknown }],
    ],
    [
      "LM Studio: no end mark, null members",
      sse(delta({ content: "hi", tool_calls: null, reasoning: null }), stop),
      [{ type: "message" }],
    ],
    [
      "an end mark without a finish reason",
      sse(delta({ content: "hi" }), "[DONE]"),
      [{ type: "message" }],
    ],
    [
      "arguments that are no JSON",
      sse(
        call({ index: 0, id: "a" }, { name: "shell", arguments: '{"command": [' }),
        delta({}, "tool_calls"),
        "[DONE]",
      ),
      [{ arguments: '{"command": [', call_id: "a" }],
    ],
    [
      "a freeform tool called without JSON",
      sse(
        call({ index: 0, id: "a" }, { name: "apply_patch", arguments: "*** Begin" }),
        delta({}, "tool_calls"),
      ),
      [{ type: "custom_tool_call", input: "*** Begin" }],
    ],
    [
      "reasoning under its other name",
      sse(delta({ reasoning_content: "hm" }), delta({ content: "hi" }), stop),
      [{ type: "reasoning" }, { type: "message" }],
    ],
  ])("understands %s", async (_, entry, expected) => {
    const { model } = await chat([entry]);
    const events = await ask(model, { tools });
    expect(events.at(-1)?.type).toBe("completed");
    expect(items(events)).toMatchObject(expected);
  });

  it("gives a call a new id when an earlier one had it", async () => {
    const { model } = await chat([[{ call: "shell", arguments: {}, id: "call_0" }]]);
    const earlier: ResponseItem[] = [
      { type: "function_call", name: "shell", arguments: "{}", call_id: "call_0" },
      { type: "function_call_output", call_id: "call_0", output: "" },
    ];
    const [found] = items(await ask(model, { tools, input: [user("go"), ...earlier] }));
    expect(found).toMatchObject({ type: "function_call", name: "shell" });
    expect(found).not.toMatchObject({ call_id: "call_0" });
  });

  const disconnected = "stream disconnected before completion: ";
  it.each<[string, Entry, object]>([
    ["just ends", sse(delta({ content: "half" })), { retryable: true }],
    ["is empty", { raw: "" }, { retryable: true }],
    [
      "holds no JSON",
      sse("what?"),
      { message: `${disconnected}a piece of the answer is not JSON: what?`, retryable: true },
    ],
    ["holds other JSON", sse({ hello: 1 }, delta({}, "stop")), { retryable: true }],
    ["is a page", { raw: "<html>", headers: { "content-type": "text/html" } }, { retryable: true }],
    [
      "holds an error",
      sse(delta({ content: "a" }), { error: { message: "overloaded" } }),
      { retryable: true },
    ],
    [
      "holds a refusal",
      sse({ error: { message: "bad tool", code: 400 } }),
      { retryable: false, message: `${disconnected}bad tool` },
    ],
    [
      "says that the input is too long",
      sse({ error: { message: "long", code: "context_length_exceeded" } }),
      { retryable: false, contextOverflow: true },
    ],
  ])("that %s is a failure", async (_, entry, expected) => {
    const { model } = await chat([entry]);
    const found = failure(await ask(model));
    expect(found).toMatchObject(expected);
    expect(found?.message).toMatch(/^stream disconnected before completion: ./);
  });

  it("that breaks off amid calls runs none of them", async () => {
    const { model } = await chat([
      sse(
        call({ index: 0, id: "a" }, ls),
        call({ index: 1, id: "b" }, { name: "shell", arguments: "{" }),
      ),
    ]);
    const events = await ask(model, { tools });
    expect(items(events)).toEqual([]);
    expect(failure(events)).toMatchObject({ retryable: true });
  });

  it("acceptance 18: that stays silent for too long is a failure that may be asked again", async () => {
    const { model } = await chat([{ hang: true, items: [{ message: "hi" }] }], {
      stream_idle_timeout_ms: 60,
    });
    expect(failure(await ask(model))).toEqual({
      message: "stream disconnected before completion: nothing arrived for 60 ms",
      retryable: true,
    });
  });

  it("ends at once when it is aborted", async () => {
    const { model } = await chat([{ hang: true, items: [{ message: "hi" }] }]);
    const controller = new AbortController();
    const seen: string[] = [];
    const stream = model.stream(
      {
        instructions: "",
        input: [user("hi")],
        tools,
        parallelToolCalls: false,
        effort: undefined,
        summary: "auto",
        verbosity: undefined,
        outputSchema: undefined,
      },
      controller.signal,
    );
    for await (const batch of stream) {
      seen.push(...batch.map(({ type }) => type));
      if (seen.includes("text_delta")) controller.abort();
    }
    expect(seen).toEqual(["started", "text_delta"]);
  });

  it("is the same wherever its bytes are cut", async () => {
    const entry = sse(
      delta({ content: "naïve 🚀" }),
      call({ index: 0, id: "a" }, ls),
      delta({}, "tool_calls"),
      "[DONE]",
    );
    const bytes = Buffer.from(entry.raw);
    const places = fc.sample(fc.array(fc.nat(bytes.length), { maxLength: 12 }), 15);
    const scripts = places.map((cuts): Entry => {
      const borders = [...new Set([0, ...cuts, bytes.length])].toSorted((a, b) => a - b);
      return { raw: borders.slice(1).map((end, index) => bytes.subarray(borders[index], end)) };
    });
    const { model } = await chat(scripts);
    for (const _ of scripts) {
      expect(items(await ask(model, { tools }))).toMatchObject([
        { content: [{ type: "output_text", text: "naïve 🚀" }] },
        { name: "shell", call_id: "a" },
      ]);
    }
  });
});
