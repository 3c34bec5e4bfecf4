import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import type { ModelRequest, ResponseItem } from "../../../../core/index.ts";
import { mockModel, type Entry } from "../../../helpers/mock-model.ts";
import { ask, at, failure, items, open, user } from "../opened.ts";

async function server(...script: Entry[]) {
  const mock = await mockModel(script);
  onTestFinished(() => mock.close());
  return mock;
}

const history: ResponseItem[] = [
  user("hello"),
  {
    type: "reasoning",
    id: "rs_1",
    summary: [{ type: "summary_text", text: "hm" }],
    content: null,
    encrypted_content: "secret",
  },
  {
    type: "message",
    id: "msg_1",
    role: "assistant",
    content: [{ type: "output_text", text: "hi" }],
  },
  {
    type: "function_call",
    id: "fc_1",
    name: "shell",
    arguments: '{ "command":[] }',
    call_id: "c1",
  },
  { type: "function_call_output", call_id: "c1", output: "done" },
  { type: "custom_tool_call", status: "completed", call_id: "c2", name: "apply_patch", input: "x" },
  { type: "custom_tool_call_output", call_id: "c2", output: "ok" },
  { type: "web_search_call", id: "ws_1", status: "completed" },
  {
    type: "local_shell_call",
    id: "lsh_1",
    call_id: "c3",
    status: "completed",
    action: { type: "exec", command: ["ls"] },
  },
];

const shell = {
  type: "function",
  name: "shell",
  description: "Runs.",
  strict: false,
  parameters: { type: "object" },
} as const;

describe("the request", () => {
  const bodies: [string, string, Partial<ModelRequest>, object][] = [
    [
      "of a reasoning model",
      "gpt-5-codex",
      { effort: "high", verbosity: "low" },
      { reasoning: { effort: "high", summary: "auto" }, include: ["reasoning.encrypted_content"] },
    ],
    ["of a plain model", "mock-model", { effort: "high" }, { reasoning: null, include: [] }],
    [
      "of a model with verbosity and a schema",
      "gpt-5",
      { verbosity: "low", outputSchema: { type: "object" } },
      {
        reasoning: { summary: "auto" },
        include: ["reasoning.encrypted_content"],
        text: {
          verbosity: "low",
          format: {
            type: "json_schema",
            strict: true,
            name: "codex_output_schema",
            schema: { type: "object" },
          },
        },
      },
    ],
  ];

  it.each(bodies)(
    "acceptance 4: %s has all members in a fixed order",
    async (_, model, over, own) => {
      const mock = await server("hi");
      await ask(await open(at(mock.url, {}, { model })), {
        input: history,
        tools: [shell],
        ...over,
      });
      const body = mock.requests[0]?.body ?? {};
      expect(body).toEqual({
        model,
        instructions: "Be brief.",
        input: [
          { type: "message", role: "user", content: [{ type: "input_text", text: "hello" }] },
          {
            type: "reasoning",
            summary: [{ type: "summary_text", text: "hm" }],
            content: null,
            encrypted_content: "secret",
          },
          { type: "message", role: "assistant", content: [{ type: "output_text", text: "hi" }] },
          { type: "function_call", name: "shell", arguments: '{ "command":[] }', call_id: "c1" },
          { type: "function_call_output", call_id: "c1", output: "done" },
          {
            type: "custom_tool_call",
            status: "completed",
            call_id: "c2",
            name: "apply_patch",
            input: "x",
          },
          { type: "custom_tool_call_output", call_id: "c2", output: "ok" },
          {
            type: "local_shell_call",
            call_id: "c3",
            status: "completed",
            action: { type: "exec", command: ["ls"] },
          },
        ],
        tools: [shell],
        tool_choice: "auto",
        parallel_tool_calls: false,
        store: false,
        stream: true,
        prompt_cache_key: "c-1",
        ...own,
      });
      const order =
        "model instructions input tools tool_choice parallel_tool_calls reasoning store stream include prompt_cache_key";
      expect(Object.keys(body).slice(0, 11)).toEqual(order.split(" "));
    },
  );

  it("acceptance 19: carries who asks, for which conversation, and what the provider wants added", async () => {
    const mock = await server("hi");
    const model = await open(
      at(mock.url, {
        query_params: { "api-version": "a b" },
        http_headers: { "X-Static": "1" },
        env_http_headers: { "X-Env": "FROM_ENV", "X-Blank": "BLANK", "X-Unset": "UNSET" },
        env_key: "MOCK_KEY",
      }),
      { env: { FROM_ENV: "2", BLANK: "  ", MOCK_KEY: " k1 ", TERM: "vt100" } },
      { client: { name: "cliént", version: "9" } },
    );
    await ask(model);
    const [seen] = mock.requests;
    expect(seen?.path).toBe("/v1/responses?api-version=a%20b");
    expect(seen?.headers).toMatchObject({
      authorization: "Bearer k1",
      "openai-beta": "responses=experimental",
      conversation_id: "c-1",
      session_id: "c-1",
      accept: "text/event-stream",
      "content-type": "application/json",
      originator: "codex_cli_rs",
      "x-static": "1",
      "x-env": "2",
    });
    expect(seen?.headers).not.toHaveProperty("x-blank");
    expect(seen?.headers).not.toHaveProperty("x-unset");
    expect(seen?.headers["user-agent"]).toBe(
      "codex_cli_rs/1.2.3 (Debian 12.0.0; x86_64) vt100 (cli_nt; 9)",
    );
  });

  it("keeps ids and asks for storage on Azure only", async () => {
    const mock = await server("hi");
    await ask(await open(at(mock.url, { name: "AZURE" })), { input: history });
    const body = mock.requests[0]?.body as { store: boolean; input: { id?: string }[] };
    expect(body.store).toBe(true);
    expect(body.input.map((item) => item.id).filter(Boolean)).toEqual([
      "rs_1",
      "msg_1",
      "fc_1",
      "lsh_1",
    ]);
  });

  it("keeps the id of a local shell call that has no other", async () => {
    const mock = await server("hi");
    const call: ResponseItem = {
      type: "local_shell_call",
      id: "lsh_1",
      status: "completed",
      action: { type: "exec", command: ["ls"] },
    };
    await ask(await open(at(mock.url)), { input: [call] });
    expect(mock.requests[0]?.body).toMatchObject({ input: [{ id: "lsh_1" }] });
  });

  it("acceptance 19: is not sent when the key's variable is not set", async () => {
    const mock = await server("hi");
    const extra = { env_key: "MOCK_KEY", env_key_instructions: "Ask the desk." };
    const events = await ask(await open(at(mock.url, extra), { env: { MOCK_KEY: " " } }));
    expect(events).toEqual([
      {
        type: "failed",
        failure: {
          message: "Missing environment variable: `MOCK_KEY`. Ask the desk.",
          retryable: false,
        },
      },
    ]);
    expect(mock.requests).toEqual([]);
  });
});

describe("the answer", () => {
  it("comes as events in order, ended by the usage", async () => {
    const mock = await server({
      items: [
        { reasoning: { summary: ["thinking"], raw: ["raw"], encrypted: "e" } },
        { webSearch: "cats", id: "ws_1" },
        { message: "hello", deltas: ["hel", "lo"] },
        { call: "shell", arguments: { command: ["ls"] }, id: "c1" },
        { custom: "apply_patch", input: "patch", id: "c2" },
        { event: { type: "response.output_item.done", item: { type: "message", content: 1 } } },
        { event: { type: "response.unheard_of" } },
      ],
      usage: { input: 10, cached: 4, output: 6, reasoning: 2 },
      headers: {
        "x-codex-primary-used-percent": "12.5",
        "x-codex-primary-window-minutes": "300",
        "x-codex-primary-reset-after-seconds": "60",
        "x-codex-secondary-used-percent": "1",
      },
    });
    const events = await ask(await open(at(mock.url)));
    expect(events[0]).toEqual({
      type: "started",
      rateLimits: {
        primary: { used_percent: 12.5, window_minutes: 300, resets_in_seconds: 60 },
        secondary: { used_percent: 1, window_minutes: null, resets_in_seconds: null },
      },
    });
    expect(events.map((event) => ("delta" in event ? event.delta : event.type))).toEqual([
      "started",
      "reasoning_section_break",
      "thinking",
      "raw",
      "item",
      "web_search_begin",
      "item",
      "hel",
      "lo",
      "item",
      "item",
      "item",
      "completed",
    ]);
    expect(items(events).map((item) => item.type)).toEqual([
      "reasoning",
      "web_search_call",
      "message",
      "function_call",
      "custom_tool_call",
    ]);
    expect(events.at(-1)).toEqual({
      type: "completed",
      usage: {
        input_tokens: 10,
        cached_input_tokens: 4,
        output_tokens: 6,
        reasoning_output_tokens: 2,
        total_tokens: 16,
      },
    });
  });

  it("that refuses as the limit is used up still tells the limits", async () => {
    const mock = await server({
      status: 429,
      body: JSON.stringify({ error: { type: "usage_limit_reached" } }),
      headers: { "x-codex-primary-used-percent": "100" },
    });
    const events = await ask(await open(at(mock.url)));
    expect(events.map(({ type }) => type)).toEqual(["started", "failed"]);
    expect(events[0]).toMatchObject({ rateLimits: { primary: { used_percent: 100 } } });
  });

  it("has no usage and no rate limits when the provider tells none", async () => {
    const mock = await server({ items: [{ message: "hi" }], usage: null });
    const events = await ask(await open(at(mock.url)));
    expect(events[0]).toEqual({ type: "started", rateLimits: { primary: null, secondary: null } });
    expect(events.at(-1)).toEqual({ type: "completed", usage: null });
  });

  const error = (code: string, message: string): Entry => ({
    raw: `data: ${JSON.stringify({ type: "response.failed", response: { error: { code, message } } })}\n\n`,
  });
  it.each<[string, Entry, object]>([
    ["breaks off", { items: [{ message: "hi" }], unfinished: true }, { retryable: true }],
    ["holds no JSON", { raw: "data: what?\n\n" }, { retryable: true }],
    ["is empty", { raw: "" }, { retryable: true }],
    [
      "fails with a delay in seconds",
      error("rate_limit_exceeded", "Please try again in 1.5s."),
      { retryable: true, retryAfterMs: 1500 },
    ],
    [
      "fails with a delay in milliseconds",
      error("rate_limit_exceeded", "Please try again in 28ms"),
      { retryable: true, retryAfterMs: 28 },
    ],
    ["fails otherwise", error("server_error", "try again in 3s"), { retryable: true }],
    [
      "is too long for the model",
      error("context_length_exceeded", "too long"),
      { retryable: false, contextOverflow: true },
    ],
    ["is out of credit", error("insufficient_quota", "pay"), { retryable: false }],
  ])("acceptance 17: that %s is a failure", async (_, entry, expected) => {
    const mock = await server(entry);
    const found = failure(await ask(await open(at(mock.url))));
    expect(found).toEqual({ ...expected, message: found?.message });
    expect(found?.message).toMatch(/^stream disconnected before completion: ./);
  });

  it("acceptance 18: that stays silent for too long is a failure that may be asked again", async () => {
    const mock = await server({ hang: true, items: [{ message: "hi" }] });
    const model = await open(at(mock.url, { stream_idle_timeout_ms: 40 }));
    const events = await ask(model);
    expect(items(events)).toHaveLength(1);
    expect(failure(events)).toEqual({
      message: "stream disconnected before completion: nothing arrived for 40 ms",
      retryable: true,
    });
  });

  it("that is complete does not wait for a connection that stays open", async () => {
    const mock = await server({
      hang: true,
      items: [{ message: "hi" }, { event: { type: "response.completed", response: {} } }],
    });
    expect((await ask(await open(at(mock.url)))).at(-1)).toEqual({
      type: "completed",
      usage: null,
    });
  });
});

describe("a connection that breaks", () => {
  it("behind the closing event takes nothing away", async () => {
    const socketServer = createServer((_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      const event = 'data: {"type":"response.completed","response":{}}\n\n';
      // The chunk that ends the body never comes.
      response.write(event, () => setImmediate(() => response.socket?.resetAndDestroy()));
    });
    socketServer.listen(0, "127.0.0.1");
    await once(socketServer, "listening");
    onTestFinished(() => void socketServer.close());
    const { port } = socketServer.address() as AddressInfo;
    const events = await ask(await open(at(`http://127.0.0.1:${port}/v1`)));
    expect(events.at(-1)).toEqual({ type: "completed", usage: null });
  });
});

describe("an abort", () => {
  it.each<[string, Entry]>([
    ["before the answer", { items: [], before: new Promise(() => undefined) }],
    ["amid the answer", { hang: true, items: [{ message: "hi" }] }],
    ["between tries", { status: 503, headers: { "retry-after": "30" } }],
  ])("%s ends it at once, without a last event", async (_, entry) => {
    const mock = await server(entry);
    const controller = new AbortController();
    const model = await open(at(mock.url, { request_max_retries: 3 }));
    const answer = ask(model, {}, controller.signal);
    await mock.seen(1);
    setImmediate(() => controller.abort());
    expect((await answer).filter(({ type }) => type === "failed" || type === "completed")).toEqual(
      [],
    );
  });
});
