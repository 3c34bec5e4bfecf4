import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FrontEnd, textItem } from "../helpers/front-end.ts";
import {
  patchCall,
  scenarios,
  shellCall,
  toolOutput,
  type ScenarioOptions,
} from "../helpers/scenario.ts";

const start = scenarios({ script: ["Hello."] });
const untrusted = { approvalPolicy: "untrusted", sandbox: "workspace-write" };
const git = [shellCall(["git", "init"])];

async function frontEnd(options?: Partial<ScenarioOptions>): Promise<FrontEnd> {
  return new FrontEnd(await start(options));
}

describe("a turn for a listener", () => {
  it("has reasoning, deltas, a command and an answer, in the order that clients know", async () => {
    const front = await frontEnd({
      script: [
        [
          { reasoning: { summary: ["**Look**"] } },
          { message: "I look.", deltas: ["I ", "look."] },
          shellCall(["ls"]),
        ],
        "Done.",
      ],
    });
    const { id } = await front.open();
    await front.listen(id);
    expect(await front.say(id, "look")).toEqual({});
    expect(await front.event("task_complete")).toEqual({
      type: "task_complete",
      last_agent_message: "Done.",
    });
    const steps = new Set(["token_count", "agent_reasoning_section_break"]);
    const types = front.types.filter((type) => !steps.has(type) && !type.endsWith("output_delta"));
    expect(types).toEqual([
      "task_started",
      "agent_reasoning_delta",
      "agent_reasoning",
      "agent_message_delta",
      "agent_message_delta",
      "agent_message",
      "exec_command_begin",
      "exec_command_end",
      "agent_message_delta",
      "agent_message",
      "task_complete",
    ]);
    const events = front.peer.messages.filter(({ method }) => method?.startsWith("codex/event/"));
    for (const { method, params } of events) {
      const { type } = (params?.["msg"] ?? {}) as { type?: string };
      expect(params).toMatchObject({ id: "0", conversationId: id });
      expect(method).toBe(`codex/event/${type}`);
    }
    expect(front.peer.garbage).toEqual([]);
  });

  it("replies to a message before its first event", async () => {
    const front = await frontEnd();
    const { id } = await front.open();
    await front.listen(id);
    const asked = front.peer.post("sendUserMessage", {
      conversationId: id,
      items: [textItem("hi")],
    });
    await front.event("task_complete");
    const { messages } = front.peer;
    const reply = messages.findIndex((one) => one.id === asked && one.method === undefined);
    const first = messages.findIndex(({ method }) => method === "codex/event/task_started");
    expect(reply).toBeLessThan(first);
  });

  it("is one task_complete without words for a message of no items", async () => {
    const front = await frontEnd();
    const { id } = await front.open();
    await front.listen(id);
    await front.call("sendUserMessage", { conversationId: id, items: [] });
    expect(await front.event("task_complete")).toMatchObject({ last_agent_message: null });
    expect(front.scenario.model.requests).toEqual([]);
  });

  it("takes new settings that hold for later turns", async () => {
    const front = await frontEnd({ script: ["one", "two"] });
    const { id } = await front.open();
    await front.listen(id);
    const cwd = front.scenario.home.root;
    await front.call("sendUserTurn", {
      conversationId: id,
      items: [textItem("a")],
      cwd,
      approvalPolicy: "never",
      sandboxPolicy: { mode: "workspace-write", networkAccess: true },
      model: "other-model",
      effort: "high",
      summary: "none",
    });
    await front.event("task_complete");
    const mark = front.peer.messages.length;
    await front.say(id, "b");
    await front.event("task_complete", mark);
    const [first, second] = front.scenario.model.requests;
    expect([first?.body["model"], second?.body["model"]]).toEqual(["other-model", "other-model"]);
    expect(JSON.stringify(first?.body["input"])).toContain(`<cwd>${cwd}</cwd>`);
  });

  it("takes a folder that is not there yet, as newConversation does", async () => {
    const front = await frontEnd({ script: ["one"] });
    const { id } = await front.open({ cwd: "/no/such" });
    await front.listen(id);
    await front.call("sendUserTurn", {
      conversationId: id,
      items: [textItem("a")],
      cwd: "/no/other",
      approvalPolicy: "never",
      sandboxPolicy: { mode: "read-only" },
      model: "mock-model",
      summary: "auto",
    });
    expect(await front.event("task_complete")).toMatchObject({ last_agent_message: "one" });
    const [first] = front.scenario.model.requests;
    expect(JSON.stringify(first?.body["input"])).toContain("<cwd>/no/other</cwd>");
  });
});

describe("D5: a message that comes while a turn runs", () => {
  it("during its last answer is not lost, and is recorded once", async () => {
    const held = Promise.withResolvers<void>();
    const front = await frontEnd({
      script: [{ items: [{ message: "One." }], beforeEnd: held.promise }, "Two."],
    });
    const { id, path } = await front.open();
    await front.listen(id);
    await front.say(id, "first");
    await front.event("agent_message");
    await front.say(id, "second words");
    held.resolve();
    const { body } = await front.scenario.model.seen(2);
    expect(JSON.stringify(body["input"]).match(/second words/g)).toHaveLength(1);
    await front.peer.waitFor(
      ({ method, params }) =>
        method === "codex/event/agent_message" && JSON.stringify(params).includes("Two."),
    );
    const lines = readFileSync(path, "utf8").split("\n");
    const said = lines.filter((line) => line.includes("second words"));
    expect(said.map((line) => (JSON.parse(line) as { type: string }).type)).toEqual([
      "portico_waiting",
      "response_item",
      "event_msg",
    ]);
  });

  it("with settings of its own waits for its turn and keeps them", async () => {
    const held = Promise.withResolvers<void>();
    const front = await frontEnd({
      script: [{ items: [{ message: "One." }], beforeEnd: held.promise }, "Two."],
    });
    const { id } = await front.open();
    await front.listen(id);
    await front.say(id, "first");
    await front.event("agent_message");
    await front.call("sendUserTurn", {
      conversationId: id,
      items: [textItem("second")],
      cwd: front.scenario.home.workspace,
      approvalPolicy: "never",
      sandboxPolicy: { mode: "read-only" },
      model: "other-model",
      summary: "auto",
    });
    held.resolve();
    const { body } = await front.scenario.model.seen(2);
    expect(body["model"]).toBe("other-model");
  });
});

describe("a listener that comes late", () => {
  it("gets everything since the creation, in order, after its reply", async () => {
    const front = await frontEnd({ script: [[{ message: "ab", deltas: ["a", "b"] }]] });
    const { id } = await front.open();
    await front.say(id, "hi");
    await front.scenario.model.seen(1);
    // A request that is answered only when the turn has ended: an interrupt of what runs, or not.
    await front.call("interruptConversation", { conversationId: id });
    expect(front.types).toEqual([]);
    const asked = front.peer.post("addConversationListener", { conversationId: id });
    await front.peer.waitFor(({ method }) => /complete|aborted/.test(method ?? ""));
    const reply = front.peer.messages.findIndex((one) => one.id === asked && !one.method);
    const first = front.peer.messages.findIndex((one) => one.method?.startsWith("codex/event/"));
    expect(reply).toBeLessThan(first);
    expect(front.types[0]).toBe("task_started");
  });

  it("gets what came after the last one was removed", async () => {
    const front = await frontEnd({ script: ["one", "two"] });
    const { id } = await front.open();
    const subscriptionId = await front.listen(id);
    await front.say(id, "a");
    await front.event("task_complete");
    expect(await front.call("removeConversationListener", { subscriptionId })).toEqual({});
    const mark = front.types.length;
    await front.say(id, "b");
    await front.scenario.model.seen(2);
    expect(front.types).toHaveLength(mark);
    const from = front.peer.messages.length;
    await front.listen(id);
    expect(await front.event("task_complete", from)).toMatchObject({ last_agent_message: "two" });
    expect(front.types.slice(mark)[0]).toBe("task_started");
    const again = await front.fails("removeConversationListener", { subscriptionId });
    expect(again).toEqual({ code: -32600, message: `subscription not found: ${subscriptionId}` });
  });
});

describe("several listeners", () => {
  it("D4: share one copy of each event, unless one asks for its own", async () => {
    const front = await frontEnd();
    const { id } = await front.open();
    await front.listen(id);
    await front.listen(id);
    const own = await front.listen(id, { ownCopy: true });
    await front.say(id, "hi");
    await front.event("task_complete");
    await front.peer.request("ping");
    const ends = front.peer.messages.filter(({ method }) => method === "codex/event/task_complete");
    const copies = ends.map(({ params }) => params?.["subscriptionId"]);
    expect(copies).toHaveLength(2);
    expect(new Set(copies)).toEqual(new Set([own, undefined]));
  });

  it("D4: and a codex call on one conversation all get every event from there on", async () => {
    const front = await frontEnd({ script: [git, "Done.", "Again."] });
    const { scenario, peer } = front;
    const call = scenario.codex({ prompt: "go", "approval-policy": "untrusted" });
    const asked = await front.question("elicitation/create");
    const id = String(asked.params?.["threadId"]);
    await front.listen(id);
    const before = peer.events().length;
    peer.respond(asked.id, { action: "decline" });
    await peer.answer(call);
    await front.event("task_complete");
    const types = peer.events().map(({ type }) => type);
    expect(front.types).toEqual(types.slice(before));
    expect(types.slice(before)).toHaveLength(6);
    const mark = peer.messages.length;
    const reply = peer.post("tools/call", {
      name: "codex-reply",
      arguments: { threadId: id, prompt: "again" },
    });
    await peer.answer(reply);
    expect(await front.event("task_complete", mark)).toMatchObject({
      last_agent_message: "Again.",
    });
  });
});

const answers: [string, object, boolean][] = [
  ["approved", { decision: "approved" }, true],
  ["approved_for_session", { decision: "approved_for_session", more: 1 }, true],
  ["D24: the other style of the wire", { decision: "approvedForSession" }, true],
  ["denied", { decision: "denied" }, false],
  ["an unknown word", { decision: "yes" }, false],
  ["no decision", {}, false],
  ["a decision of another type", { decision: 1 }, false],
];

describe("approval of a command by request", () => {
  it.each(answers)("%s", async (_, answer, runs) => {
    const front = await frontEnd({ script: [git, "Done."] });
    const { id } = await front.open(untrusted);
    await front.listen(id);
    await front.say(id, "go");
    const asked = await front.question("execCommandApproval");
    const { workspace } = front.scenario.home;
    expect(asked.params).toEqual({
      conversation_id: id,
      call_id: "call_1",
      command: ["git", "init"],
      cwd: workspace,
    });
    const before = front.peer.messages.at(front.peer.messages.indexOf(asked) - 1);
    expect(before?.method).toBe("codex/event/exec_approval_request");
    front.peer.respond(asked.id, answer);
    // A second answer is nobody's.
    front.peer.respond(asked.id, { decision: "abort" });
    expect(await front.event("task_complete")).toMatchObject({ last_agent_message: "Done." });
    expect(existsSync(join(workspace, ".git"))).toBe(runs);
    const told = toolOutput(await front.scenario.model.seen(2));
    expect(told.includes("exec command rejected by user")).toBe(!runs);
  });

  it("abort ends the turn", async () => {
    const front = await frontEnd({ script: [git, "Done."] });
    const { id } = await front.open(untrusted);
    await front.listen(id);
    await front.say(id, "go");
    front.peer.respond((await front.question("execCommandApproval")).id, { decision: "abort" });
    expect(await front.event("turn_aborted")).toMatchObject({ reason: "interrupted" });
    expect(front.scenario.model.requests).toHaveLength(1);
  });

  it("D10: a JSON-RPC error counts as denied", async () => {
    const front = await frontEnd({ script: [git, "Done."] });
    const { id } = await front.open(untrusted);
    await front.listen(id);
    await front.say(id, "go");
    const asked = await front.question("execCommandApproval");
    front.peer.send({ jsonrpc: "2.0", id: asked.id, error: { code: -32601, message: "no" } });
    expect(await front.event("task_complete")).toMatchObject({ last_agent_message: "Done." });
    expect(existsSync(join(front.scenario.home.workspace, ".git"))).toBe(false);
  });

  it("for the session is not asked again for the same words", async () => {
    const again = [shellCall(["git", "init"], {}, "call_2")];
    const front = await frontEnd({ script: [git, again, "Done."] });
    const { id } = await front.open(untrusted);
    await front.listen(id);
    await front.say(id, "go");
    const asked = await front.question("execCommandApproval");
    front.peer.respond(asked.id, { decision: "approved_for_session" });
    await front.event("task_complete");
    const questions = front.peer.messages.filter(({ method }) => method === "execCommandApproval");
    expect(questions).toHaveLength(1);
  });

  it("waits for a listener, who gets the event first", async () => {
    const front = await frontEnd({ script: [git, "Done."] });
    const { id } = await front.open(untrusted);
    await front.say(id, "go");
    await front.scenario.model.seen(1);
    await front.listen(id);
    const asked = await front.question("execCommandApproval");
    const before = front.peer.messages.at(front.peer.messages.indexOf(asked) - 1);
    expect(before?.method).toBe("codex/event/exec_approval_request");
    front.peer.respond(asked.id, { decision: "denied" });
    await front.event("task_complete");
  });
});

describe("the older style", () => {
  it("has no event for a picture that the agent looks at", async () => {
    const picture = Buffer.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
    const look = [{ call: "view_image", arguments: { path: "a.png" }, id: "call_1" }];
    const front = await frontEnd({ script: [look, "Seen."] });
    writeFileSync(join(front.scenario.home.workspace, "a.png"), picture);
    const { id } = await front.open();
    await front.listen(id);
    await front.say(id, "look");
    await front.event("task_complete");
    expect(front.types).not.toContain("view_image_tool_call");
    const { body } = await front.scenario.model.seen(2);
    expect(JSON.stringify(body["input"])).toContain("data:image/png;base64,iVBORw0KGgo=");
  });
});

describe("approval of a patch by request", () => {
  it.each([
    ["approved", true],
    ["approved_for_session", true],
    ["denied", false],
  ])("%s", async (decision, applies) => {
    const front = await frontEnd({ script: [[patchCall("a.txt", "hi")], "Done."] });
    const { id } = await front.open(untrusted);
    await front.listen(id);
    await front.say(id, "go");
    const asked = await front.question("applyPatchApproval");
    const file = join(front.scenario.home.workspace, "a.txt");
    expect(asked.params).toEqual({
      conversation_id: id,
      call_id: "call_1",
      file_changes: { [file]: { add: { content: "hi\n" } } },
    });
    front.peer.respond(asked.id, { decision });
    await front.event("task_complete");
    expect(existsSync(file) && readFileSync(file, "utf8")).toBe(applies && "hi\n");
    const told = toolOutput(await front.scenario.model.seen(2));
    expect(told.includes("patch rejected by user")).toBe(!applies);
  });

  it("D17: tells the difference of the turn when it changed, not again and again", async () => {
    const again = [{ ...patchCall("b.txt", "ho"), id: "call_2" }];
    const front = await frontEnd({ script: [[patchCall("a.txt", "hi")], again, "Done."] });
    const { id } = await front.open({ sandbox: "workspace-write" });
    await front.listen(id);
    await front.say(id, "go");
    await front.event("task_complete");
    expect(front.types.filter((type) => type === "turn_diff")).toHaveLength(2);
  });

  it("abort ends the turn", async () => {
    const front = await frontEnd({ script: [[patchCall("a.txt", "hi")], "Done."] });
    const { id } = await front.open(untrusted);
    await front.listen(id);
    await front.say(id, "go");
    front.peer.respond((await front.question("applyPatchApproval")).id, { decision: "abort" });
    expect(await front.event("turn_aborted")).toMatchObject({ reason: "interrupted" });
  });
});
