import { readFileSync } from "node:fs";
import { describe, expect, it, onTestFinished } from "vitest";
import { mockModel } from "../../../helpers/mock-model.ts";
import { ask, at, items, open, user } from "../opened.ts";

/** The answer that a server of this kind gave, as it came over the wire. */
function recorded(name: string): string {
  const file = new URL(`../../../fixtures/chat-streams/${name}.sse`, import.meta.url);
  return readFileSync(file, "utf8");
}

async function answer(raw: string) {
  const mock = await mockModel([{ raw }]);
  onTestFinished(() => mock.close());
  const model = await open(at(mock.url, { wire_api: "chat" }));
  const shell = {
    type: "function",
    name: "shell",
    description: "Runs.",
    strict: false,
    parameters: { type: "object" },
  } as const;
  return ask(model, { tools: [shell] });
}

describe("acceptance 32: arguments that are no JSON object", () => {
  it.each([
    ['{"command": [', '{"arguments":"{\\"command\\": ["}'],
    ["", "{}"],
    ["[1]", '{"arguments":"[1]"}'],
    ['{ "command" : [] }', '{ "command" : [] }'],
  ])("go back as one that servers can parse: %j", async (written, sent) => {
    const mock = await mockModel(["ok"]);
    onTestFinished(() => mock.close());
    const model = await open(at(mock.url, { wire_api: "chat" }));
    const call = {
      type: "function_call",
      name: "shell",
      arguments: written,
      call_id: "c",
    } as const;
    const output = {
      type: "function_call_output",
      call_id: "c",
      output: "failed to parse",
    } as const;
    await ask(model, { input: [user("go"), call, output] });
    expect(mock.requests[0]?.body["messages"]).toMatchObject([
      { role: "system" },
      { role: "user" },
      { role: "assistant", tool_calls: [{ id: "c", function: { arguments: sent } }] },
      { role: "tool", tool_call_id: "c", content: "failed to parse" },
    ]);
  });
});

const usage = { input_tokens: 20, output_tokens: 12, total_tokens: 32 };

describe("acceptance 32, defect 11: an answer of two calls", () => {
  it.each([
    ["ollama", "Okay, two folders.", null],
    ["ollama-one-chunk", "", null],
    ["vllm", "Okay, two folders.", usage],
    ["llama-cpp", "Okay, two folders.", null],
    ["lm-studio", "Okay, two folders.", null],
  ])("of %s is understood", async (name, thought, told) => {
    const events = await answer(recorded(name));
    const last = events.at(-1);
    if (last?.type !== "completed") throw new Error(`not completed: ${JSON.stringify(last)}`);
    if (told === null) expect(last.usage).toBeNull();
    else expect(last.usage).toMatchObject(told);
    const found = items(events);
    const thoughts = found.flatMap((item) => (item.type === "reasoning" ? item.content : []));
    expect(thoughts.map((part) => part?.text).join("")).toBe(thought);
    const calls = found.filter((item) => item.type === "function_call");
    expect(calls.map(({ arguments: text }) => JSON.parse(text) as unknown)).toEqual([
      { command: ["ls", "a"] },
      { command: ["ls", "b"] },
    ]);
    // An output finds its call by the id alone.
    const ids = calls.map(({ call_id }) => call_id);
    expect(new Set(ids).size).toBe(2);
    expect(ids.every((id) => id !== "")).toBe(true);
  });
});
