import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import type { Model, ModelTool, ResponseItem } from "../../../../core/index.ts";
import { ask, items, open, user, type Setup } from "../opened.ts";

const shell: ModelTool = {
  type: "function",
  name: "shell",
  description: "",
  strict: false,
  parameters: {},
};
const plan: ModelTool = { ...shell, name: "update_plan" };
const patchFunction: ModelTool = { ...shell, name: "apply_patch" };
const patchFreeform: ModelTool = {
  type: "custom",
  name: "apply_patch",
  description: "",
  format: { type: "grammar", syntax: "lark", definition: "" },
};
const patch = "*** Begin Patch\n*** Add File: a.txt\n+hello\n*** End Patch";

function result(output: string, exit_code = 0): string {
  return JSON.stringify({ output, metadata: { exit_code, duration_seconds: 0.1 } });
}

/** Plays the engine: answers each call with the next output until there is none. */
async function converse(
  model: Model,
  prompt: string,
  outputs: string[],
  tools: ModelTool[] = [shell],
) {
  const input: ResponseItem[] = [
    user("<environment_context>\n</environment_context>"),
    user(prompt),
  ];
  const calls: ResponseItem[] = [];
  for (;;) {
    const events = await ask(model, { input, tools });
    expect(events.at(-1)?.type).toBe("completed");
    const made = items(events);
    input.push(...made);
    const call = made.at(-1);
    if (call?.type !== "function_call" && call?.type !== "custom_tool_call") {
      return { calls, text: texts(made).at(-1) ?? "", said: texts(input) };
    }
    calls.push(call);
    const output = outputs[calls.length - 1] ?? result("");
    input.push({ type: "function_call_output", call_id: call.call_id, output });
  }
}

function texts(history: readonly ResponseItem[]): string[] {
  return history.flatMap((item) =>
    item.type === "message" && item.role === "assistant"
      ? item.content.map((part) => ("text" in part ? part.text : ""))
      : [],
  );
}

const offline = (setup: Setup = {}) => open({ model_provider: "offline" }, setup);

function commands(calls: readonly ResponseItem[]): unknown[] {
  return calls.map((call) =>
    call.type === "function_call" ? (JSON.parse(call.arguments) as unknown) : call,
  );
}

describe("the offline provider", () => {
  it("says what it is and how to get a model", async () => {
    const { text, calls } = await converse(await offline(), "Write me a poem.", []);
    expect(calls).toEqual([]);
    expect(text).toContain("No language model is connected");
    for (const way of [
      "OPENAI_API_KEY",
      "model server on this machine",
      "config.toml",
      "$ COMMAND",
    ]) {
      expect(text).toContain(way);
    }
    expect(text).toContain("estimates");
  });

  it("streams its text in pieces, with estimated usage", async () => {
    const events = await ask(await offline());
    const deltas = events.flatMap((event) => (event.type === "text_delta" ? [event.delta] : []));
    expect(deltas.length).toBeGreaterThan(5);
    expect(deltas.join("")).toBe(texts(items(events))[0]);
    const last = events.at(-1);
    const usage = last?.type === "completed" ? last.usage : null;
    expect(usage?.total_tokens).toBe((usage?.input_tokens ?? 0) + (usage?.output_tokens ?? 0));
  });

  it("runs commands one after the other and sums up", async () => {
    const prompt =
      "Please:\n  $ git init\n```\n$ false\n```\nfind it's\nread a.txt\nread this carefully\n$! rm x";
    const many = Array.from({ length: 30 }, (_, n) => `line ${n}`).join("\n");
    const outputs = [result("ready\n"), result("", 1), result(many), "no such tool", "rejected"];
    const { calls, text } = await converse(await offline(), prompt, outputs);
    expect(commands(calls)).toEqual([
      { command: ["bash", "-lc", "git init"] },
      { command: ["bash", "-lc", "false"] },
      { command: ["grep", "-rnI", "--exclude-dir=.git", "--", "it's", "."] },
      { command: ["cat", "a.txt"] },
      {
        command: ["bash", "-lc", "rm x"],
        with_escalated_permissions: true,
        justification: "the prompt asks for it",
      },
    ]);
    expect(new Set(calls.map((call) => "call_id" in call && call.call_id)).size).toBe(5);
    expect(text).toContain("no language model: 5 steps done");
    expect(text).toContain("$ git init → exit code 0\nready");
    expect(text).toContain("$ false → exit code 1");
    expect(text).toContain("line 19\n… 10 more lines");
    expect(text).not.toContain("line 20");
    expect(text).toContain("$ rm x → rejected");
  });

  it.each<[string, ModelTool[], unknown]>([
    [
      "the freeform tool",
      [shell, patchFreeform],
      { type: "custom_tool_call", name: "apply_patch", input: patch },
    ],
    [
      "the function",
      [shell, patchFunction],
      { name: "apply_patch", arguments: JSON.stringify({ input: patch }) },
    ],
    [
      "the shell",
      [shell],
      { name: "shell", arguments: JSON.stringify({ command: ["apply_patch", patch] }) },
    ],
  ])("applies a patch through %s", async (_, tools, expected) => {
    const { calls, text } = await converse(
      await offline(),
      `Do this:\n${patch}\nthanks`,
      ["Success"],
      tools,
    );
    expect(calls).toMatchObject([expected]);
    expect(text).toContain("Patch: → Success");
  });

  it("keeps a plan with the tool for it, and says it otherwise", async () => {
    const noted = await converse(
      await offline(),
      "plan look; act",
      ["Plan updated"],
      [shell, plan],
    );
    const steps = [
      { step: "look", status: "in_progress" },
      { step: "act", status: "pending" },
    ];
    expect(commands(noted.calls)).toEqual([{ plan: steps }]);
    const said = await converse(await offline(), "plan look; act", []);
    expect(said).toMatchObject({ calls: [], text: "Plan:\n- look\n- act" });
  });

  it("starts anew with each prompt", async () => {
    const input: ResponseItem[] = [
      user("$ one"),
      { type: "function_call", name: "shell", arguments: "{}", call_id: "c" },
      { type: "function_call_output", call_id: "c", output: "" },
      user("$ two"),
    ];
    const [call] = items(await ask(await offline(), { input, tools: [shell] }));
    expect(call).toMatchObject({ arguments: '{"command":["bash","-lc","two"]}' });
  });
});

describe("a scenario file", () => {
  function file(content: string): { cwd: string; env: Record<string, string> } {
    const cwd = mkdtempSync(join(tmpdir(), "portico-models-"));
    onTestFinished(() => rmSync(cwd, { recursive: true }));
    writeFileSync(join(cwd, "scenario.json"), content);
    return { cwd, env: { PORTICO_OFFLINE_SCENARIO: "scenario.json" } };
  }
  const steps = [
    { say: "First I look." },
    { run: "ls" },
    { say: "Now I write." },
    { patch },
    { run: ["touch", "x"], escalated: true, justification: "a good reason" },
    { plan: ["rest", { step: "work", status: "completed" }] },
    { say: "All done." },
  ];
  const scenarios = JSON.stringify({
    scenarios: [
      { when: "never$", steps: [] },
      { when: "tour", steps },
    ],
  });

  it("plays its steps for a prompt that fits", async () => {
    const model = await offline(file(scenarios));
    const { calls, text, said } = await converse(
      model,
      "Take the\nTOUR please",
      [],
      [shell, plan, patchFreeform],
    );
    expect(commands(calls)).toMatchObject([
      { command: ["bash", "-lc", "ls"] },
      { type: "custom_tool_call", input: patch },
      { command: ["touch", "x"], with_escalated_permissions: true, justification: "a good reason" },
      {
        plan: [
          { step: "rest", status: "pending" },
          { step: "work", status: "completed" },
        ],
      },
    ]);
    expect(said).toEqual(["First I look.", "Now I write.", "All done."]);
    expect(text).toBe("All done.");
  });

  it("leaves other prompts to the commands", async () => {
    const { calls } = await converse(await offline(file(scenarios)), "$ pwd", []);
    expect(commands(calls)).toEqual([{ command: ["bash", "-lc", "pwd"] }]);
  });

  it("may be named by the settings", async () => {
    const { cwd } = file(scenarios);
    const model = await open(
      { model_provider: "offline", offline_scenario: "scenario.json" },
      { cwd },
    );
    expect((await converse(model, "tour", [])).said[0]).toBe("First I look.");
  });

  it.each([
    ["{", /cannot use .*scenario\.json: /],
    ['{"scenarios":[{"when":"a","steps":[{"sya":"typo"}]}]}', /steps/],
    ['{"scenarios":[{"when":"(","steps":[]}]}', /Invalid regular expression/],
  ])("that is broken is refused by name: %s", async (content, message) => {
    await expect(offline(file(content))).rejects.toThrow(message);
    await expect(offline(file(content))).rejects.toMatchObject({ kind: "settings" });
  });
});
