import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import type { SeenRequest } from "../helpers/mock-model.ts";
import type { Message } from "../helpers/peer-process.ts";
import {
  question,
  scenarios,
  shellCall,
  textOf,
  toolOutput,
  type ScenarioOptions,
} from "../helpers/scenario.ts";

const start = scenarios();
const free = { sandbox: "danger-full-access", "approval-policy": "never" };

/** The texts of a request's input, in order. */
function textsOf(request: SeenRequest | undefined): string[] {
  const input = (request?.body["input"] ?? []) as { content?: { text?: string }[] }[];
  return input.flatMap(({ content }) => (content ?? []).flatMap(({ text }) => text ?? []));
}

type Event = { type: string; [member: string]: unknown };

function events(messages: readonly Message[]): Event[] {
  return messages.flatMap(({ method, params }) =>
    method === "codex/event" ? [params?.["msg"] as Event] : [],
  );
}

/** A turn of one command; what the model was told, and what was told of it. */
async function commandTurn(
  command: readonly string[],
  { limit, ...options }: Partial<ScenarioOptions> & { limit?: number } = {},
) {
  const at = await start({
    script: [[shellCall(command, limit === undefined ? {} : { timeout_ms: limit })], "Done."],
    ...options,
  });
  const answer = await at.peer.answer(at.codex({ prompt: "go", ...free }));
  expect(textOf(answer)).toBe("Done.");
  return { ...at, told: toolOutput(await at.model.seen(2)) };
}

describe("what the model is shown first", () => {
  it("acceptance 6: is what person and project want, cut to the budget", async () => {
    const { home, peer, model, codex } = await start({
      script: ["ok"],
      config: "project_doc_max_bytes = 20",
    });
    const sub = join(home.workspace, "sub");
    mkdirSync(join(home.workspace, ".git"));
    mkdirSync(sub);
    writeFileSync(join(home.home, "AGENTS.md"), "\nBe kind.\n");
    writeFileSync(join(home.workspace, "AGENTS.md"), "Use tabs.\n");
    writeFileSync(join(sub, "AGENTS.md"), "Here, use spaces instead.\n");
    await peer.answer(codex({ prompt: "go", cwd: sub }));
    expect(textsOf(model.requests[0])[0]).toBe(
      "<user_instructions>\n\nBe kind.\n\n--- project-doc ---\n\n" +
        "Use tabs.\n\n\nHere, use \n\n</user_instructions>",
    );
  });

  it("acceptance 7: is where and how freely it works", async () => {
    const { home, peer, model, codex } = await start({
      script: ["ok"],
      config: 'sandbox_workspace_write = { writable_roots = ["/extra"], network_access = true }',
    });
    const asked = { sandbox: "workspace-write", "approval-policy": "on-failure" };
    await peer.answer(codex({ prompt: "go", ...asked }));
    expect(textsOf(model.requests[0])[0]?.replace(/\n {2}<shell>(bash|zsh)<\/shell>/, "")).toBe(
      [
        "<environment_context>",
        `  <cwd>${home.workspace}</cwd>`,
        "  <approval_policy>on-failure</approval_policy>",
        "  <sandbox_mode>workspace-write</sandbox_mode>",
        "  <network_access>enabled</network_access>",
        "  <writable_roots>",
        "    <root>/extra</root>",
        "  </writable_roots>",
        "</environment_context>",
      ].join("\n"),
    );
  });
});

describe("a command", () => {
  it.each([
    ["256 lines", "seq 256", /^1\n2\n[^[]*\n256\n$/],
    ["257 lines", "seq 257", /\n128\n\[\.\.\. omitted 1 of 257 lines \.\.\.\]\n\n130\n[^[]*257$/],
    ["10240 bytes", "printf %10240s x", /^ {10239}x$/],
    ["10241 bytes", "printf %10241s x", /omitted/],
  ])("acceptance 8: of %s is told as far as there is room", async (_, script, shown) => {
    const { told } = await commandTurn(["bash", "-c", script]);
    const { output, metadata } = JSON.parse(told) as { output: string; metadata: object };
    expect(output).toMatch(shown);
    expect(metadata).toEqual({ exit_code: 0, duration_seconds: expect.any(Number) as number });
  });

  it("acceptance 9: ends at its time limit, whatever holds its pipes", async () => {
    const command = ["bash", "-c", "echo on; sleep 60 & sleep 60"];
    const { told } = await commandTurn(command, { limit: 300 });
    expect(JSON.parse(told)).toMatchObject({
      output: "command timed out after 300 milliseconds\non\n",
      metadata: { exit_code: 124 },
    });
  });

  it("acceptance 23: gets the environment that the policy leaves", async () => {
    const { told } = await commandTurn(["env"], {
      config: 'shell_environment_policy = { exclude = ["DROP*"], set = { MY_TOKEN = "set" } }',
      env: { MY_SECRET: "1", DROPPED: "2", KEPT: "3" },
    });
    expect(told).toMatch(/KEPT=3/);
    expect(told).toMatch(/MY_TOKEN=set/);
    expect(told).not.toMatch(/MY_SECRET|DROPPED/);
  });

  it("acceptance 13: that is approved for the session is asked about once", async () => {
    const touch = (id: string) => shellCall(["touch", "made.txt"], {}, id);
    const { peer, codex } = await start({ script: [[touch("c1"), touch("c2")], "Done."] });
    const call = codex({ prompt: "go", "approval-policy": "untrusted" });
    peer.respond((await question(peer)).id, { decision: "approved_for_session" });
    expect(textOf(await peer.answer(call))).toBe("Done.");
    const asked = peer.messages.filter(({ method }) => method === "elicitation/create");
    expect(asked).toHaveLength(1);
  });
});

describe("the changes of a turn", () => {
  it.each([
    ["in git", true, "a.txt"],
    ["outside git", false, "/work/a.txt"],
  ])("acceptance 21: are told %s, again after each answer", async (_, git, name) => {
    const patch = "*** Begin Patch\n*** Add File: a.txt\n+new\n*** End Patch";
    const { peer, home, codex } = await start({
      script: [[shellCall(["apply_patch", patch])], "Done."],
    });
    if (git) mkdirSync(join(home.workspace, ".git"));
    await peer.answer(codex({ prompt: "go", ...free }));
    const diffs = events(peer.messages).filter(({ type }) => type === "turn_diff");
    expect(diffs).toHaveLength(3);
    const diff = String(diffs[2]?.["unified_diff"]);
    expect(diff).toMatch(
      /^diff --git a\/.*a\.txt b\/.*a\.txt\nnew file mode 100644\nindex 0{40}\.\./,
    );
    expect(diff).toMatch(/\n--- \/dev\/null\n\+\+\+ b\/.*a\.txt\n@@ -0,0 \+1 @@\n\+new\n$/);
    const [, path] = /\+\+\+ b\/(.*)\n/.exec(diff) ?? [];
    if (git) expect(path).toBe(name);
    else expect(path).toBe(join(home.workspace, "a.txt"));
  });
});

describe("a completed turn", () => {
  it("acceptance 30, defect 13: is told to the program that wants to know", async () => {
    const script = 'printf %s "$1" > told.tmp && mv told.tmp told.json';
    const { peer, home, codex } = await start({
      script: [[{ message: "I look." }, shellCall(["true"])], "Done."],
      config: `notify = ["sh", "-c", ${JSON.stringify(script)}, "sh"]`,
    });
    await peer.answer(codex({ prompt: "go", ...free }));
    const file = join(home.workspace, "told.json");
    await vi.waitFor(() => expect(existsSync(file)).toBe(true), { timeout: 5000 });
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({
      type: "agent-turn-complete",
      "turn-id": expect.any(String) as string,
      "input-messages": ["go"],
      "last-assistant-message": "Done.",
    });
  });

  it.each([
    [
      "responses",
      "session_configured task_started token_count agent_reasoning_section_break " +
        "agent_reasoning_delta agent_reasoning agent_message_delta agent_message " +
        "exec_command_begin exec_command_output_delta exec_command_end token_count " +
        "token_count agent_message_delta agent_message token_count task_complete",
    ],
    [
      "chat",
      "session_configured task_started agent_message_delta agent_message exec_command_begin " +
        "exec_command_output_delta exec_command_end token_count agent_message_delta agent_message " +
        "token_count task_complete",
    ],
  ] as const)("acceptance 31: is told in order on the %s wire", async (wire, order) => {
    const { peer, codex } = await start({
      wire,
      script: [
        [{ reasoning: { summary: ["hm"] } }, { message: "I look." }, shellCall(["echo", "hi"])],
        "Done.",
      ],
    });
    await peer.answer(codex({ prompt: "go", ...free }));
    expect(
      events(peer.messages)
        .map(({ type }) => type)
        .join(" "),
    ).toBe(order);
  });
});
