import { afterEach, describe, expect, it } from "vitest";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { FrontEnd } from "../helpers/front-end.ts";
import { mockModel, type Entry } from "../helpers/mock-model.ts";
import { PeerProcess, type Message } from "../helpers/peer-process.ts";
import { patchCall, shellCall, type Scenario } from "../helpers/scenario.ts";
import { tempHome } from "../helpers/temp-home.ts";

const running: Scenario[] = [];
afterEach(async () => {
  for (const one of running.splice(0)) await one.dispose();
});

/** The program as `portico app-server`, before the handshake. */
async function appServer(script: readonly Entry[] = []): Promise<FrontEnd> {
  const model = await mockModel(script);
  const home = tempHome({ baseUrl: model.url });
  const peer = new PeerProcess(["app-server"], {
    cwd: home.workspace,
    env: { CODEX_HOME: home.home },
  });
  const scenario: Scenario = {
    peer,
    model,
    home,
    codex: () => 0,
    async dispose() {
      await peer.dispose();
      await model.close();
      home.dispose();
    },
  };
  running.push(scenario);
  return new FrontEnd(scenario);
}

let lastId = 0;

/** As these clients write: without the member jsonrpc. */
async function bare(front: FrontEnd, method: string, params?: unknown): Promise<Message> {
  const id = `bare-${(lastId += 1)}`;
  front.peer.send({ id, method, params });
  return front.peer.answer(id);
}

async function initialized(script?: readonly Entry[]): Promise<FrontEnd> {
  const front = await appServer(script);
  await bare(front, "initialize", { clientInfo: { name: "probe", version: "9.9" } });
  front.peer.send({ method: "initialized" });
  return front;
}

describe("the dialect of app servers", () => {
  it("begins with a handshake of its own, once", async () => {
    const front = await appServer();
    expect((await bare(front, "newConversation", {})).error).toEqual({
      code: -32600,
      message: "Not initialized",
    });
    const hello = { clientInfo: { name: "probe", version: "9.9" } };
    const { result } = await bare(front, "initialize", hello);
    expect(result).toEqual({ userAgent: expect.stringMatching(/ \(probe; 9\.9\)$/) as string });
    expect((await bare(front, "initialize", hello)).error).toEqual({
      code: -32600,
      message: "Already initialized",
    });
    expect(front.peer.messages.some((message) => "jsonrpc" in message)).toBe(false);
  });

  it.each<[string, unknown]>([
    ["noSuchMethod", {}],
    ["tools/list", {}],
    ["ping", undefined],
    ["newConversation", { sandbox: "none" }],
    ["interruptConversation", {}],
    ["getUserAgent", [1]],
  ])("answers %s with %j as an invalid request, and why", async (method, params) => {
    const front = await initialized();
    const { error } = await bare(front, method, params);
    expect(error).toMatchObject({ code: -32600, message: "Invalid request" });
    expect(error?.data).toHaveProperty("reason");
  });

  it("asks for approvals in camelCase and tells of no cancellation", async () => {
    const front = await initialized([
      [shellCall(["git", "init"])],
      [{ ...patchCall("a.txt", "hi"), id: "call_2" }],
      "Done.",
    ]);
    const { id } = await front.open({ approvalPolicy: "untrusted", sandbox: "workspace-write" });
    await front.listen(id);
    await front.say(id, "go");
    const exec = await front.question("execCommandApproval");
    const { workspace } = front.scenario.home;
    expect(exec).not.toHaveProperty("jsonrpc");
    expect(exec.params).toEqual({
      conversationId: id,
      callId: "call_1",
      command: ["git", "init"],
      cwd: workspace,
    });
    front.peer.send({ id: exec.id, result: { decision: "denied" } });
    const patch = await front.question("applyPatchApproval");
    expect(patch.params).toEqual({
      conversationId: id,
      callId: "call_2",
      fileChanges: { [join(workspace, "a.txt")]: { add: { content: "hi\n" } } },
    });
    await front.call("interruptConversation", { conversationId: id });
    await bare(front, "getUserAgent");
    expect(front.peer.messages.map(({ method }) => method)).not.toContain(
      "notifications/cancelled",
    );
  });

  it("tells how a resumed conversation is as sessionConfigured, before the reply", async () => {
    const front = await initialized(["Hello."]);
    const { id, path } = await front.open();
    await front.listen(id);
    await front.say(id, "hi");
    await front.event("task_complete");
    const { result } = await bare(front, "resumeConversation", { path, overrides: { model: "m" } });
    expect(result).toMatchObject({ conversationId: id, model: "m" });
    const told = front.peer.messages.at(-2);
    expect(told).toMatchObject({
      method: "sessionConfigured",
      params: {
        sessionId: id,
        model: "m",
        historyLogId: expect.any(Number) as number,
        historyEntryCount: 0,
        rolloutPath: path,
        initialMessages: [{ type: "user_message", message: "hi" }, {}, {}, {}],
      },
    });
  });

  it("tells which picture the agent looks at, as the older style does not", async () => {
    const picture = Buffer.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);
    const look = [{ call: "view_image", arguments: { path: "a.png" }, id: "call_1" }];
    const front = await initialized([look, "Seen."]);
    writeFileSync(join(front.scenario.home.workspace, "a.png"), picture);
    const { id } = await front.open();
    await front.listen(id);
    await front.say(id, "look");
    const path = join(front.scenario.home.workspace, "a.png");
    expect(await front.event("view_image_tool_call")).toMatchObject({ call_id: "call_1", path });
  });

  it("lists what was begun in a front end, its own among it, and hides the rest", async () => {
    const front = await initialized(["Hello."]);
    const { id, path } = await front.open();
    await front.listen(id);
    await front.say(id, "mine");
    await front.event("task_complete");
    for (const [n, source] of [undefined, null, "cli", "exec"].entries()) {
      const other = `0199ab00-0000-7000-8000-00000000000${n}`;
      const meta = { id: other, timestamp: "2025-09-29T12:00:00.000Z", source };
      const said = { type: "user_message", message: String(source), kind: "plain" };
      const lines = [
        { timestamp: "", type: "session_meta", payload: meta },
        { timestamp: "", type: "event_msg", payload: said },
      ];
      const file = path.replace(/rollout-.*/, `rollout-2025-09-29T12-00-00-${other}.jsonl`);
      writeFileSync(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
    }
    const { items } = (await front.call("listConversations", {})) as {
      items: { preview: string }[];
    };
    expect(items.map(({ preview }) => preview)).toEqual(["mine", "cli", "undefined"]);
  });
});
