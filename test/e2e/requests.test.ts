import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Message } from "../helpers/peer-process.ts";
import type { SeenRequest } from "../helpers/mock-model.ts";
import { scenarios, shellCall, structuredOf, textOf, toolOutput } from "../helpers/scenario.ts";

const start = scenarios();

function said({ body }: SeenRequest): unknown[] {
  return (body["input"] ?? body["messages"]) as unknown[];
}

function events(messages: readonly Message[]): { type: string; message?: string }[] {
  return messages.flatMap(({ method, params }) =>
    method === "codex/event" ? [params?.["msg"] as { type: string; message?: string }] : [],
  );
}

describe.each(["responses", "chat"] as const)("requests on the %s wire", (wire) => {
  it("acceptance 5: extend each other over three requests and two calls, byte by byte", async () => {
    const { peer, model, codex } = await start({
      wire,
      config: "tools.web_search = true",
      script: [[{ message: "I look." }, shellCall(["echo", "hi"])], "Hello.", "Again."],
    });
    const first = await peer.answer(codex({ prompt: "one", "include-plan-tool": true }));
    const { conversationId } = structuredOf(first);
    const name = "codex-reply";
    await peer.request("tools/call", { name, arguments: { conversationId, prompt: "two" } });
    expect(model.requests).toHaveLength(3);
    for (const [at, later] of model.requests.slice(1).entries()) {
      const earlier = model.requests[at];
      const before = earlier === undefined ? [] : said(earlier);
      expect(JSON.stringify(said(later).slice(0, before.length))).toBe(JSON.stringify(before));
      for (const key of ["tools", "instructions", "model", "prompt_cache_key"]) {
        expect(JSON.stringify(later.body[key])).toBe(JSON.stringify(earlier?.body[key]));
      }
    }
  });

  it("acceptance 17: are repeated within both budgets, and only the second is told of", async () => {
    const { peer, model, codex } = await start({
      wire,
      script: () => ({ status: 503, headers: { "retry-after": "0" } }),
      provider: "request_max_retries = 1\nstream_max_retries = 2",
    });
    const answer = await peer.answer(codex({ prompt: "go" }));
    expect(answer.result?.["isError"]).toBe(true);
    expect(textOf(answer)).toContain("exceeded retry limit, last status: 503 Service Unavailable");
    // (1 + 1) exchanges in each of (1 + 2) attempts.
    expect(model.requests).toHaveLength(6);
    const told = events(peer.messages).filter(({ type }) => type !== "session_configured");
    expect(told.map(({ type }) => type)).toEqual([
      "task_started",
      "stream_error",
      "stream_error",
      "error",
      "task_complete",
    ]);
    expect(told[2]?.message).toMatch(
      /^stream error: exceeded retry limit, .*; retrying 2\/2 in 0ms…$/,
    );
  });

  it("acceptance 10: carry a broken call and what is wrong with it, and the turn goes on", async () => {
    const { peer, model, codex } = await start({
      wire,
      script: [[{ call: "shell", arguments: '{"command": [', id: "c1" }], "I see."],
    });
    expect(textOf(await peer.answer(codex({ prompt: "go" })))).toBe("I see.");
    const second = model.requests[1];
    if (second === undefined) throw new Error("no second request");
    expect(toolOutput(second)).toMatch(/^failed to parse function arguments: ./);
  });

  it("defect 14: are not repeated after a bad request", async () => {
    const { peer, model, codex } = await start({
      wire,
      script: [{ status: 400, body: "no such model" }],
    });
    const answer = await peer.answer(codex({ prompt: "go" }));
    expect(textOf(answer)).toContain("unexpected status 400 Bad Request: no such model");
    expect(model.requests).toHaveLength(1);
  });
});

describe("an answer that breaks off", () => {
  it("defect 5: has its finished call run once, and the next request knows what came of it", async () => {
    const call = shellCall(["sh", "-c", "echo ran >> log.txt; wc -l < log.txt"]);
    const { peer, model, codex, home } = await start({
      provider: "request_max_retries = 0\nstream_max_retries = 1",
      script: [{ items: [call], unfinished: true }, "Done."],
    });
    const free = { sandbox: "danger-full-access", "approval-policy": "never" };
    expect(textOf(await peer.answer(codex({ prompt: "go", ...free })))).toBe("Done.");
    expect(readFileSync(join(home.workspace, "log.txt"), "utf8")).toBe("ran\n");
    expect(toolOutput(await model.seen(2))).toContain('"output":"1\\n"');
  });
});

describe("overrides at the start of the server", () => {
  it("defect 10: reach its conversations, under what a call says itself", async () => {
    const { peer, model, codex } = await start({
      args: ["-c", "model=from-start", "-c", "model_reasoning_effort=high"],
      script: ["one", "two", "three"],
    });
    await peer.answer(codex({ prompt: "a" }));
    await peer.answer(codex({ prompt: "b", config: { model: "from-call" } }));
    await peer.answer(codex({ prompt: "c", config: { model: "from-call" }, model: "parameter" }));
    expect(model.requests.map(({ body }) => body["model"])).toEqual([
      "from-start",
      "from-call",
      "parameter",
    ]);
  });
});

describe("what a call asks for", () => {
  const refused: [string, object, RegExp][] = [
    ["an unknown profile", { profile: "nope" }, /nope/],
    ["an unknown provider", { config: { model_provider: "nope" } }, /nope/],
    ["a wrong type", { config: { model: 5 } }, /model: expected a string, got 5/],
    ["a word of another list", { config: { approval_policy: "soon" } }, /approval_policy = "soon"/],
  ];

  it.each(refused)(
    "acceptance 3: is an error of a new conversation when it is %s",
    async (_, params, reason) => {
      const { peer } = await start();
      const { error } = await peer.request("newConversation", { ...params });
      expect(error?.code).toBe(-32600);
      expect(error?.message).toMatch(/^error deriving config/);
      expect(error?.message).toMatch(reason);
    },
  );

  it.each(refused)("acceptance 3: is refused by name when it is %s", async (_, args, reason) => {
    const { peer, model, codex } = await start();
    const answer = await peer.answer(codex({ prompt: "x", ...args }));
    expect(answer.result?.["isError"]).toBe(true);
    expect(textOf(answer)).toMatch(reason);
    expect(model.requests).toEqual([]);
  });

  it.each<[string, object, string]>([
    [
      "a profile beats the config of a call",
      { profile: "p", config: { model: "call" } },
      "profile",
    ],
    ["a parameter beats a profile", { profile: "p", model: "parameter" }, "parameter"],
    [
      "a profile can be changed by its key",
      { profile: "p", config: { "profiles.p.model": "changed" } },
      "changed",
    ],
  ])("acceptance 1: %s", async (_, args, expected) => {
    const { peer, model, codex } = await start({
      script: ["ok"],
      config: '[profiles.p]\nmodel = "profile"',
    });
    await peer.answer(codex({ prompt: "x", ...args }));
    expect(model.requests[0]?.body["model"]).toBe(expected);
  });
});
