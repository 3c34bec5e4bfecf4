import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { question, scenarios, shellCall, textOf, type Scenario } from "../helpers/scenario.ts";
import type { Entry } from "../helpers/mock-model.ts";

const start = scenarios();

const longCommand = ["bash", "-c", "sleep 30 & echo started; wait; touch finished"];
const full = { "approval-policy": "never", sandbox: "danger-full-access" };

/** Brings a call into one state and resolves when it is there. */
const states: Record<
  string,
  { script: Entry[]; args: object; reached: (at: Scenario) => Promise<unknown> }
> = {
  "the model has not answered": {
    script: [{ hang: true }],
    args: {},
    reached: (at) => at.model.seen(1),
  },
  "the model streams": {
    script: [{ hang: true, items: [{ message: "Hel", deltas: ["H", "el"] }] }],
    args: {},
    reached: (at) => at.peer.event("agent_message_delta"),
  },
  "a command runs": {
    script: [[shellCall(longCommand, { timeout_ms: 60_000 })], "never said"],
    args: full,
    reached: (at) => at.peer.event("exec_command_output_delta"),
  },
  "a question is open": {
    script: [[shellCall(["git", "init"])], "never said"],
    args: { "approval-policy": "untrusted" },
    reached: (at) => question(at.peer),
  },
};

describe.each(Object.entries(states))("while %s", (_, { script, args, reached }) => {
  it("acceptance 15: a cancelled call ends its turn, stays unanswered and leaves the server serving", async () => {
    const running = await start({ script });
    const { peer, home, codex } = running;
    const call = codex({ prompt: "go", ...args });
    await reached(running);
    peer.notify("notifications/cancelled", { requestId: call, reason: "changed my mind" });
    expect(await peer.event("turn_aborted")).toMatchObject({ reason: "interrupted" });
    expect((await peer.request("ping")).result).toEqual({});
    const exit = await peer.end();
    expect(exit.code).toBe(0);
    expect(exit.ms).toBeLessThan(2500);
    expect(peer.messages.filter((one) => one.id === call && one.method === undefined)).toEqual([]);
    expect(existsSync(join(home.workspace, "finished"))).toBe(false);
    expect(peer.garbage).toEqual([]);
  });

  it("the end of input ends the server within its limit, every call answered once", async () => {
    const running = await start({ script });
    const { peer, codex } = running;
    const call = codex({ prompt: "go", ...args });
    await reached(running);
    const exit = await peer.end();
    expect(exit).toMatchObject({ code: 0, signal: null });
    expect(exit.ms).toBeLessThan(2500);
    const answers = peer.messages.filter((one) => one.id === call && one.method === undefined);
    expect(answers).toHaveLength(1);
    expect(peer.garbage).toEqual([]);
  });

  it.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)("%s ends it likewise", async (signal) => {
    const running = await start({ script });
    const { peer, codex } = running;
    codex({ prompt: "go", ...args });
    await reached(running);
    const from = performance.now();
    peer.child.kill(signal);
    expect(await peer.exited).toMatchObject({ code: 0, signal: null });
    expect(performance.now() - from).toBeLessThan(2500);
  });
});

describe("a cancelled call", () => {
  it("has its open question withdrawn", async () => {
    const running = await start({ script: [[shellCall(["git", "init"])]] });
    const { peer, codex } = running;
    const call = codex({ prompt: "go", "approval-policy": "untrusted" });
    const asked = await question(peer);
    peer.notify("notifications/cancelled", { requestId: call });
    const withdrawn = await peer.waitFor((one) => one.method === "notifications/cancelled");
    expect(withdrawn.params?.["requestId"]).toBe(asked.id);
  });

  it("may be sent right behind the request and still counts", async () => {
    const running = await start({ script: [{ hang: true }, "second"] });
    const { peer, codex } = running;
    const call = codex({ prompt: "go" });
    peer.notify("notifications/cancelled", { requestId: call });
    const next = codex({ prompt: "again" });
    expect((await peer.request("ping")).result).toEqual({});
    await running.model.seen(1);
    const exit = await peer.end();
    expect(exit.code).toBe(0);
    expect(peer.messages.filter((one) => one.id === call)).toEqual([]);
    expect(peer.messages.filter((one) => one.id === next)).toHaveLength(1);
  });

  it("is answered after all where the configuration says so", async () => {
    const script: Entry[] = [{ hang: true }];
    const { peer, model, codex } = await start({ script, host: { answerCancelled: true } });
    const call = codex({ prompt: "go" });
    await model.seen(1);
    peer.notify("notifications/cancelled", { requestId: call });
    const answer = await peer.answer(call);
    expect(answer.result?.["isError"]).toBe(true);
    expect(textOf(answer)).toMatch(/cancelled/);
  });

  it("is told apart by the type of its id", async () => {
    const running = await start({ script: ["Hello."] });
    const { peer, codex } = running;
    const call = codex({ prompt: "go" });
    peer.notify("notifications/cancelled", { requestId: String(call) });
    expect(textOf(await peer.answer(call))).toBe("Hello.");
  });

  it("acceptance 15: leaves a conversation that can go on", async () => {
    const running = await start({ script: [{ hang: true }, "Back again."] });
    const { peer, codex } = running;
    const call = codex({ prompt: "go" });
    const { session_id: threadId } = await peer.event("session_configured");
    await running.model.seen(1);
    peer.notify("notifications/cancelled", { requestId: call });
    await peer.event("turn_aborted");
    const answer = await peer.request("tools/call", {
      name: "codex-reply",
      arguments: { threadId, prompt: "and now?" },
    });
    expect(textOf(answer)).toBe("Back again.");
    expect(answer.result?.["structuredContent"]).toMatchObject({ threadId });
  });
});
