import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { FrontEnd } from "../helpers/front-end.ts";
import type { Entry } from "../helpers/mock-model.ts";
import { scenarios, shellCall, type ScenarioOptions } from "../helpers/scenario.ts";

const start = scenarios({ script: [] });

async function frontEnd(options: Partial<ScenarioOptions>): Promise<FrontEnd> {
  return new FrontEnd(await start(options));
}

const hanging: Entry = { hang: true, items: [{ message: "I begin", deltas: ["I begin"] }] };

describe("an interrupt", () => {
  it("is answered after the event of the abort; the conversation can be used again", async () => {
    const front = await frontEnd({ script: [hanging, "Fine."] });
    const { id } = await front.open();
    await front.listen(id);
    await front.say(id, "go");
    await front.event("task_started");
    await front.scenario.model.seen(1);
    const asked = front.peer.post("interruptConversation", { conversationId: id });
    expect((await front.peer.answer(asked)).result).toEqual({ abortReason: "interrupted" });
    const { messages } = front.peer;
    const event = messages.findIndex(({ method }) => method === "codex/event/turn_aborted");
    expect(event).toBeGreaterThan(-1);
    expect(event).toBeLessThan(messages.findIndex((one) => one.id === asked && !one.method));
    expect(front.types).not.toContain("task_complete");

    await front.say(id, "again");
    expect(await front.event("task_complete")).toMatchObject({ last_agent_message: "Fine." });
    const { input } = (await front.scenario.model.seen(2)).body as { input: object[] };
    expect(JSON.stringify(input)).not.toContain("I begin");
  });

  it("D6: is answered at once when nothing runs, and without a listener", async () => {
    const front = await frontEnd({ script: [{ hang: true }] });
    const { id } = await front.open();
    const interrupt = () => front.call("interruptConversation", { conversationId: id });
    expect(await interrupt()).toEqual({ abortReason: "interrupted" });
    await front.say(id, "go");
    await front.scenario.model.seen(1);
    expect(await interrupt()).toEqual({ abortReason: "interrupted" });
    expect(front.types).toEqual([]);
  });

  it("several are answered by one abort, in the order asked", async () => {
    const front = await frontEnd({ script: [{ hang: true }] });
    const { id } = await front.open();
    await front.listen(id);
    await front.say(id, "go");
    await front.scenario.model.seen(1);
    const asked = [0, 1, 2].map(() =>
      front.peer.post("interruptConversation", { conversationId: id }),
    );
    await Promise.all(asked.map((each) => front.peer.answer(each)));
    const order = front.peer.messages.filter(
      (one) => !one.method && asked.includes(Number(one.id)),
    );
    expect(order.map((one) => one.id)).toEqual(asked);
    expect(front.types.filter((type) => type === "turn_aborted")).toHaveLength(1);
  });

  it("kills the command that runs", async () => {
    const script = [[shellCall(["sh", "-c", "echo $$; sleep 600"])], "no"];
    const front = await frontEnd({ script });
    const { id } = await front.open({ sandbox: "danger-full-access", approvalPolicy: "never" });
    await front.listen(id);
    await front.say(id, "go");
    const { chunk } = await front.event("exec_command_output_delta");
    const pid = Number(Buffer.from(String(chunk), "base64").toString());
    expect(isRunning(pid)).toBe(true);
    await front.call("interruptConversation", { conversationId: id });
    expect(isRunning(pid)).toBe(false);
    expect(front.types.at(-1)).toBe("turn_aborted");
  });

  it("withdraws the question that is open; a late answer is nobody's", async () => {
    const front = await frontEnd({ script: [[shellCall(["git", "init"])], "Fine."] });
    const { id } = await front.open({ approvalPolicy: "untrusted" });
    await front.listen(id);
    await front.say(id, "go");
    const asked = await front.question("execCommandApproval");
    await front.call("interruptConversation", { conversationId: id });
    const withdrawn = await front.question("notifications/cancelled");
    expect(withdrawn.params?.["requestId"]).toBe(asked.id);
    front.peer.respond(asked.id, { decision: "approved" });
    await front.say(id, "again");
    expect(await front.event("task_complete")).toMatchObject({ last_agent_message: "Fine." });
    expect(front.types).not.toContain("exec_command_begin");
  });

  it("of an unknown conversation is refused", async () => {
    const front = await frontEnd({});
    const conversationId = "0199AB00-0000-7000-8000-000000000001";
    expect(await front.fails("interruptConversation", { conversationId })).toEqual({
      code: -32600,
      message: `conversation not found: ${conversationId.toLowerCase()}`,
    });
  });
});

describe("the end of input", () => {
  it("D23: during a turn is written into its record", async () => {
    const front = await frontEnd({ script: [{ hang: true }] });
    const { id, path } = await front.open();
    await front.listen(id);
    await front.say(id, "go");
    await front.scenario.model.seen(1);
    expect((await front.peer.end()).code).toBe(0);
    const last = readFileSync(path, "utf8").trim().split("\n").at(-1) ?? "";
    expect(JSON.parse(last)).toMatchObject({
      type: "event_msg",
      payload: { type: "turn_aborted", reason: "interrupted" },
    });
  });

  it("waits for one-off commands and answers them", async () => {
    const front = await frontEnd({ script: [], host: { graceMs: 100 } });
    const command = ["sh", "-c", "sleep 1.5; echo done"];
    const asked = front.peer.post("execOneOffCommand", { command });
    expect((await front.peer.end()).code).toBe(0);
    const answer = await front.peer.answer(asked);
    expect(answer.result).toEqual({ exitCode: 0, stdout: "done\n", stderr: "" });
  });

  it("cuts off turns all the same while a one-off command is waited for", async () => {
    const front = await frontEnd({ script: [{ hang: true }], host: { graceMs: 100 } });
    const turn = front.scenario.codex({ prompt: "go" });
    await front.scenario.model.seen(1);
    const asked = front.peer.post("execOneOffCommand", { command: ["sh", "-c", "sleep 1"] });
    expect((await front.peer.end()).code).toBe(0);
    const answers = front.peer.messages.filter(({ method }) => method === undefined);
    const ids = answers.map(({ id }) => id);
    expect(ids).toContain(asked);
    expect(ids.indexOf(turn)).toBeLessThan(ids.indexOf(asked));
    expect(ids).toContain(turn);
  });

  it("answers what was read before it", async () => {
    const front = await frontEnd({ script: [] });
    const asked = [0, 1, 2].map(() => front.peer.post("newConversation", {}));
    await front.peer.end();
    for (const each of asked) expect((await front.peer.answer(each)).error).toBeUndefined();
  });
});

function isRunning(pid: number): boolean {
  try {
    // A killed process that nobody waited for yet is no longer running.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}
