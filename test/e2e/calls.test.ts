import { describe, expect, it } from "vitest";
import {
  question,
  scenarios,
  shellCall,
  structuredOf,
  textOf,
  type ScenarioOptions,
} from "../helpers/scenario.ts";
import { PeerProcess } from "../helpers/peer-process.ts";
import { tempHome } from "../helpers/temp-home.ts";

const start = scenarios();

/** The last user text of a model request. */
function promptOf(request: { body: Record<string, unknown> }): string {
  return JSON.stringify(request.body["input"] ?? request.body["messages"]);
}

describe("calls", () => {
  it("two at once are answered each with its own text, one waiting for its question", async () => {
    const { peer, codex } = await start({
      script: (request) => {
        const prompt = promptOf(request);
        if (prompt.includes("first")) {
          return prompt.includes("call_output") ? "one" : [shellCall(["git", "init"])];
        }
        return "two";
      },
    });
    const first = codex({ prompt: "first", "approval-policy": "untrusted" });
    const asked = await question(peer);
    const second = codex({ prompt: "second" });
    expect(textOf(await peer.answer(second))).toBe("two");
    expect((await peer.request("ping")).result).toEqual({});
    expect(peer.messages.some((one) => one.id === first && one.result !== undefined)).toBe(false);
    peer.respond(asked.id, { decision: "denied" });
    expect(textOf(await peer.answer(first))).toBe("one");
  });

  it("give the conversation's id, and a reply continues it", async () => {
    const { peer, model, codex } = await start({ script: ["Hello.", "Again.", "Thrice."] });
    const answer = await peer.answer(codex({ prompt: "hi" }));
    const content = structuredOf(answer);
    expect(content).toMatchObject({ content: "Hello.", threadId: content["conversationId"] });
    const reply = await peer.request("tools/call", {
      name: "codex-reply",
      arguments: { conversationId: content["threadId"], prompt: "more" },
    });
    expect(textOf(reply)).toBe("Again.");
    const last = await peer.request("tools/call", {
      name: "codex-reply",
      arguments: { prompt: "the last one" },
    });
    expect(textOf(last)).toBe("Thrice.");
    expect(promptOf(await model.seen(3))).toMatch(/hi.*Hello.*more.*Again.*the last one/);
  });

  it("of one conversation wait for each other and each gets its own answer", async () => {
    const { peer, codex } = await start({
      script: ["zero", "one", { status: 400, body: "bad" }, "three"],
    });
    const first = await peer.answer(codex({ prompt: "0" }));
    const { threadId } = structuredOf(first);
    const ids = ["1", "2", "3"].map((prompt) =>
      peer.post("tools/call", { name: "codex-reply", arguments: { threadId, prompt } }),
    );
    const answers = await Promise.all(ids.map((id) => peer.answer(id)));
    expect(textOf(answers[0])).toBe("one");
    expect(answers[1]?.result?.["isError"]).toBe(true);
    expect(textOf(answers[1])).toContain("400");
    expect(textOf(answers[2])).toBe("three");
  });

  it("with a misspelt argument are refused by its name", async () => {
    const { peer, model, codex } = await start({ script: [] });
    const answer = await peer.answer(codex({ prompt: "x", "aproval-policy": "never" }));
    expect(answer.result?.["isError"]).toBe(true);
    expect(textOf(answer)).toContain("aproval-policy");
    expect(textOf(answer)).toContain("approval-policy");
    expect(model.requests).toEqual([]);
  });

  it("accept the snake_case spelling of a permission", async () => {
    const { peer, codex } = await start({ script: [[shellCall(["git", "init"])], "ok"] });
    const call = codex({ prompt: "x", approval_policy: "untrusted" });
    peer.respond((await question(peer)).id, { decision: "denied" });
    expect(textOf(await peer.answer(call))).toBe("ok");
  });

  const failures: [string, ScenarioOptions["script"], RegExp][] = [
    ["a bad request", [{ status: 400, body: "no such model" }], /400.*no such model/],
    ["a sign-in failure", [{ status: 401, body: "who?" }], /401/],
    ["too many requests", [{ status: 429 }], /429/],
    ["a server failure", [{ status: 500 }], /./],
    ["a broken connection", [{ drop: true }], /./],
    [
      "a stream cut short",
      [{ items: [{ message: "half" }], unfinished: true }],
      /stream disconnected before completion/,
    ],
    ["garbage", [{ raw: "what is this?\n\n" }], /stream disconnected before completion/],
  ];
  describe.each(["responses", "chat"] as const)("on the %s wire", (wire) => {
    it.each(failures)("answer %s of the model as an error", async (_, script, text) => {
      const { peer, codex } = await start({ script, wire });
      const answer = await peer.answer(codex({ prompt: "x" }));
      expect(answer.result?.["isError"]).toBe(true);
      expect(textOf(answer)).toMatch(text);
      expect(answer.result?.["error"]).toBe(textOf(answer));
      expect(peer.events().map((msg) => msg["type"])).toContain("error");
    });
  });

  it("report progress to a caller with a token, the number 0 included", async () => {
    const { peer, home } = await start({ script: [[shellCall(["true"])], "ok"] });
    const call = peer.post("tools/call", {
      name: "codex",
      arguments: { prompt: "x", cwd: home.workspace },
      _meta: { progressToken: 0 },
    });
    await peer.answer(call);
    const progress = peer.messages.filter((one) => one.method === "notifications/progress");
    expect(progress.length).toBeGreaterThan(0);
    expect(progress.every((one) => one.params?.["progressToken"] === 0)).toBe(true);
    const numbers = progress.map((one) => one.params?.["progress"] as number);
    expect(numbers).toEqual([...new Set(numbers)].toSorted((a, b) => a - b));
  });
});

describe("the end of input", () => {
  it("still lets quick requests be answered", async () => {
    const home = tempHome();
    const peer = new PeerProcess(["mcp"], { cwd: home.workspace, env: { CODEX_HOME: home.home } });
    peer.post("initialize", {
      protocolVersion: "2025-06-18",
      capabilities: {},
      clientInfo: { name: "cat", version: "1" },
    });
    peer.notify("notifications/initialized");
    peer.post("ping");
    peer.post("tools/list");
    peer.post("no/such");
    const exit = await peer.end();
    expect(exit).toMatchObject({ code: 0 });
    expect(peer.messages.map((one) => one.id)).toEqual([0, 1, 2, 3]);
    expect(peer.messages[3]?.error?.code).toBe(-32601);
    home.dispose();
  });

  it("lets a turn that ends at once be answered as well", async () => {
    const { peer, codex } = await start({ script: ["Quick."] });
    const call = codex({ prompt: "x" });
    expect(await peer.end()).toMatchObject({ code: 0 });
    expect(textOf(await peer.answer(call))).toBe("Quick.");
  });
});
