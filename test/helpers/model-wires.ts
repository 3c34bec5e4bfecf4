import type { ModelItem, Usage } from "./mock-model.ts";

/** Server-sent events: everything up to the closing event, and that event. */
export interface Rendered {
  body: string;
  end: string;
}

/** Items as the events of the Responses wire. */
export function renderResponses(items: readonly ModelItem[], usage: Usage | undefined): Rendered {
  const events: object[] = [{ type: "response.created", response: { id: "resp_1" } }];
  items.forEach((item, index) => events.push(...responsesEvents(item, index)));
  const completed = {
    type: "response.completed",
    response: { id: "resp_1", output: [], ...(usage && { usage: responsesUsage(usage) }) },
  };
  return { body: events.map(eventLines).join(""), end: eventLines(completed) };
}

function responsesEvents(item: ModelItem, index: number): object[] {
  if ("event" in item) return [item.event];
  if ("message" in item) {
    const id = `msg_${index}`;
    const deltas = item.deltas ?? [item.message];
    return [
      ...deltas.map((delta) => ({ type: "response.output_text.delta", item_id: id, delta })),
      done({
        type: "message",
        id,
        role: "assistant",
        content: [{ type: "output_text", text: item.message }],
      }),
    ];
  }
  if ("reasoning" in item) return reasoningEvents(item.reasoning, index);
  if ("custom" in item) {
    return [
      done({
        type: "custom_tool_call",
        id: `ctc_${index}`,
        status: "completed",
        call_id: item.id,
        name: item.custom,
        input: item.input,
      }),
    ];
  }
  if ("localShell" in item) {
    return [
      done({
        type: "local_shell_call",
        id: `lsh_${index}`,
        call_id: item.id,
        status: "completed",
        action: { type: "exec", command: item.localShell },
      }),
    ];
  }
  if ("webSearch" in item) {
    const call = { type: "web_search_call", id: item.id, status: "in_progress" };
    return [
      { type: "response.output_item.added", item: call },
      done({ ...call, status: "completed", action: { type: "search", query: item.webSearch } }),
    ];
  }
  return [
    done({
      type: "function_call",
      id: `fc_${index}`,
      name: item.call,
      arguments: argumentText(item.arguments),
      call_id: item.id,
    }),
  ];
}

function reasoningEvents(
  reasoning: { summary?: string[]; raw?: string[]; encrypted?: string },
  index: number,
): object[] {
  const summary = reasoning.summary ?? [];
  return [
    ...summary.flatMap((text) => [
      { type: "response.reasoning_summary_part.added" },
      { type: "response.reasoning_summary_text.delta", delta: text },
    ]),
    ...(reasoning.raw ?? []).map((delta) => ({ type: "response.reasoning_text.delta", delta })),
    done({
      type: "reasoning",
      id: `rs_${index}`,
      summary: summary.map((text) => ({ type: "summary_text", text })),
      ...(reasoning.raw && {
        content: reasoning.raw.map((text) => ({ type: "reasoning_text", text })),
      }),
      encrypted_content: reasoning.encrypted ?? null,
    }),
  ];
}

function done(item: object): object {
  return { type: "response.output_item.done", item };
}

function responsesUsage(usage: Usage): object {
  return {
    input_tokens: usage.input,
    input_tokens_details: { cached_tokens: usage.cached ?? 0 },
    output_tokens: usage.output,
    output_tokens_details: { reasoning_tokens: usage.reasoning ?? 0 },
    total_tokens: usage.input + usage.output,
  };
}

function eventLines(event: object): string {
  const type = (event as { type: string }).type;
  return `event: ${type}\ndata: ${JSON.stringify(event)}\n\n`;
}

/** Items as the chunks of the chat-completions wire; arguments come in two pieces. */
export function renderChat(items: readonly ModelItem[], usage: Usage | undefined): Rendered {
  const deltas: object[] = [];
  let calls = 0;
  for (const item of items) {
    if ("message" in item) {
      for (const content of item.deltas ?? [item.message]) deltas.push({ content });
    } else if ("call" in item) {
      deltas.push(...chatCall(item, calls));
      calls += 1;
    } else if ("reasoning" in item) {
      for (const text of item.reasoning.raw ?? item.reasoning.summary ?? []) {
        deltas.push({ reasoning: text });
      }
    } else {
      throw new Error(`the chat wire cannot carry ${JSON.stringify(item)}`);
    }
  }
  const finish = chatChunk({ delta: {}, finish_reason: calls > 0 ? "tool_calls" : "stop" });
  const usageChunk = usage === undefined ? "" : chatUsage(usage);
  return {
    body: deltas.map((delta) => chatChunk({ delta, finish_reason: null })).join(""),
    end: `${finish}${usageChunk}data: [DONE]\n\n`,
  };
}

function chatCall(
  item: { call: string; arguments: object | string; id: string },
  index: number,
): object[] {
  const text = argumentText(item.arguments);
  const half = Math.floor(text.length / 2);
  const first = { name: item.call, arguments: text.slice(0, half) };
  return [
    { tool_calls: [{ index, id: item.id, type: "function", function: first }] },
    { tool_calls: [{ index, function: { arguments: text.slice(half) } }] },
  ];
}

function chatChunk(choice: { delta: object; finish_reason: string | null }): string {
  const chunk = {
    id: "chat_1",
    object: "chat.completion.chunk",
    created: 1,
    model: "mock",
    choices: [{ index: 0, ...choice }],
  };
  return `data: ${JSON.stringify(chunk)}\n\n`;
}

function chatUsage(usage: Usage): string {
  const chunk = {
    id: "chat_1",
    object: "chat.completion.chunk",
    created: 1,
    model: "mock",
    choices: [],
    usage: {
      prompt_tokens: usage.input,
      completion_tokens: usage.output,
      total_tokens: usage.input + usage.output,
    },
  };
  return `data: ${JSON.stringify(chunk)}\n\n`;
}

function argumentText(value: object | string): string {
  return typeof value === "string" ? value : JSON.stringify(value);
}
