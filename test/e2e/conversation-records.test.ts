import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { FrontEnd, textItem } from "../helpers/front-end.ts";
import { scenarios, type ScenarioOptions } from "../helpers/scenario.ts";

const start = scenarios({ script: ["Hello.", "Again."] });

async function frontEnd(options?: Partial<ScenarioOptions>): Promise<FrontEnd> {
  return new FrontEnd(await start(options));
}

/** One turn, with its record complete. */
async function turn(front: FrontEnd, text: string) {
  const conversation = await front.open();
  const subscriptionId = await front.listen(conversation.id);
  const mark = front.peer.messages.length;
  await front.say(conversation.id, text);
  await front.event("task_complete", mark);
  await front.call("removeConversationListener", { subscriptionId });
  return conversation;
}

describe("the record of a turn", () => {
  it("is listed, resumed, continued in the same file, archived, and gone from the list", async () => {
    const front = await frontEnd();
    const { id, path } = await turn(front, "what is it?");
    const { items, nextCursor } = (await front.call("listConversations", {})) as {
      items: object[];
      nextCursor: string;
    };
    expect(items).toEqual([
      {
        conversationId: id,
        path,
        preview: "what is it?",
        timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
      },
    ]);
    expect(nextCursor).toMatch(new RegExp(`^\\d{4}-\\d\\d-\\d\\dT\\d\\d-\\d\\d-\\d\\d\\|${id}$`));
    await front.peer.end();

    const later = await start();
    // The second process has the home of the first.
    cpSync(front.scenario.home.home, later.home.home, { recursive: true });
    const second = new FrontEnd(later);
    const copy = path.replace(front.scenario.home.home, later.home.home);
    const asked = second.peer.post("resumeConversation", {
      path: copy,
      overrides: {
        cwd: later.home.workspace,
        config: { "model_providers.mock.base_url": later.model.url },
      },
    });
    const { result } = await second.peer.answer(asked);
    expect(result).toMatchObject({ conversationId: id, model: "mock-model" });
    const initial = (result?.["initialMessages"] ?? []) as { type: string }[];
    const types = initial.map(({ type }) => type);
    expect(types[0]).toBe("user_message");
    expect(types).toContain("agent_message");
    const told = second.peer.messages.findIndex(({ method }) => method === "codex/event");
    const reply = second.peer.messages.findIndex((one) => one.id === asked && !one.method);
    expect(told).toBe(reply - 1);
    expect(second.peer.messages[told]?.params).toMatchObject({
      id: "",
      msg: { type: "session_configured", session_id: id, rollout_path: copy },
    });

    await second.listen(id);
    await second.say(id, "and then?");
    await second.event("task_complete");
    const text = readFileSync(copy, "utf8");
    expect(text.match(/"session_meta"/g)).toHaveLength(1);
    expect(text).toContain("and then?");

    const archived = await second.call("archiveConversation", {
      conversationId: id,
      rolloutPath: copy,
    });
    expect(archived).toEqual({});
    expect(existsSync(copy)).toBe(false);
    expect(existsSync(join(later.home.home, "archived_sessions", basename(copy)))).toBe(true);
    expect(await second.call("listConversations", {})).toEqual({ items: [] });
    const gone = await second.fails("sendUserMessage", {
      conversationId: id,
      items: [textItem("x")],
    });
    expect(gone).toEqual({ code: -32600, message: `conversation not found: ${id}` });
  });

  it("D15: is not doubled when a live conversation is resumed; its listener stays", async () => {
    const front = await frontEnd();
    const { id, path } = await front.open();
    await front.listen(id);
    await front.say(id, "one");
    await front.event("task_complete");
    const resumed = await front.call("resumeConversation", { path });
    expect(resumed["conversationId"]).toBe(id);
    expect(JSON.stringify(resumed["initialMessages"])).toContain("one");
    const mark = front.peer.messages.length;
    await front.say(id, "two");
    await front.event("task_complete", mark);
    const reopened = await front.call("resumeConversation", { path, overrides: { model: "m2" } });
    expect(reopened).toMatchObject({ conversationId: id, model: "m2" });
    expect(readFileSync(path, "utf8").match(/"session_meta"/g)).toHaveLength(1);
  });

  it("D14: a resume with another folder tells the model of it", async () => {
    const front = await frontEnd();
    const { id, path } = await turn(front, "one");
    const cwd = front.scenario.home.root;
    await front.call("resumeConversation", {
      path,
      overrides: { cwd, sandbox: "workspace-write" },
    });
    await front.listen(id);
    await front.say(id, "two");
    const { body } = await front.scenario.model.seen(2);
    expect(JSON.stringify(body["input"])).toContain(`<cwd>${cwd}</cwd>`);
  });
});

describe("a resume that cannot be", () => {
  it.each([
    [
      "a missing file",
      "nothing.jsonl",
      -32603,
      "error resuming conversation: No such file or directory (os error 2)",
    ],
    ["a folder", "folder", -32603, "error resuming conversation: Is a directory (os error 21)"],
    ["an empty file", "empty.jsonl", -32603, "error resuming conversation: empty session file"],
    [
      "a file of something else",
      "other.jsonl",
      -32603,
      "error resuming conversation: failed to parse conversation ID from rollout file",
    ],
  ])("%s", async (_, name, code, message) => {
    const front = await frontEnd();
    const { root } = front.scenario.home;
    mkdirSync(join(root, "folder"));
    writeFileSync(join(root, "empty.jsonl"), "");
    writeFileSync(join(root, "other.jsonl"), '{"type":"x"}\n');
    const error = await front.fails("resumeConversation", { path: join(root, name) });
    expect(error).toEqual({ code, message });
  });

  it("names bad overrides", async () => {
    const front = await frontEnd();
    const { path } = await turn(front, "x");
    const error = await front.fails("resumeConversation", { path, overrides: { profile: "no" } });
    expect(error).toEqual({
      code: -32600,
      message: "error deriving config: config profile `no` not found",
    });
  });
});

describe("an archive", () => {
  it("ends the running turn; its interrupt is answered (D6), and no listener delays it (D7)", async () => {
    const front = await frontEnd({ script: [{ hang: true }] });
    const { id, path } = await front.open();
    const subscriptionId = await front.listen(id);
    await front.say(id, "go");
    await front.scenario.model.seen(1);
    const interrupt = front.peer.post("interruptConversation", { conversationId: id });
    await front.call("archiveConversation", { conversationId: id, rolloutPath: path });
    expect((await front.peer.answer(interrupt)).result).toEqual({ abortReason: "interrupted" });
    expect(front.types).toContain("turn_aborted");
    expect(await front.call("removeConversationListener", { subscriptionId })).toEqual({});
  });

  it("refuses what lies elsewhere or has another id", async () => {
    const front = await frontEnd();
    const { id, path } = await front.open();
    const outside = join(front.scenario.home.root, basename(path));
    writeFileSync(outside, "");
    for (const rolloutPath of [outside, `${outside}.none`]) {
      expect(await front.fails("archiveConversation", { conversationId: id, rolloutPath })).toEqual(
        {
          code: -32600,
          message: `rollout path \`${rolloutPath}\` must be in sessions directory`,
        },
      );
    }
    const other = "0199ab00-0000-7000-8000-000000000001";
    expect(
      await front.fails("archiveConversation", { conversationId: other, rolloutPath: path }),
    ).toEqual({
      code: -32600,
      message: `rollout path \`${path}\` does not match conversation id ${other}`,
    });
    expect(existsSync(path)).toBe(true);
  });
});

describe("the list", () => {
  it("D8: reaches days behind more than a hundred newer records, page by page", async () => {
    const front = await frontEnd();
    const { home } = front.scenario.home;
    for (let n = 0; n < 150; n += 1) record(home, "2025-09-29", n, n % 2 === 0);
    record(home, "2025-09-01", 999, true);
    const previews: string[] = [];
    let cursor: string | undefined;
    for (let page = 0; page < 20; page += 1) {
      const result = (await front.call("listConversations", { pageSize: 30, cursor })) as {
        items: { preview: string }[];
        nextCursor?: string;
      };
      previews.push(...result.items.map(({ preview }) => preview));
      cursor = result.nextCursor;
      if (cursor === undefined) break;
    }
    expect(previews).toHaveLength(76);
    expect(previews.at(-1)).toBe("message 999");
    expect(previews[0]).toBe("message 148");
  });

  it("gives nothing for a page of none, and the first page for a cursor it cannot read", async () => {
    const front = await frontEnd();
    record(front.scenario.home.home, "2025-09-29", 1, true);
    expect(await front.call("listConversations", { pageSize: 0 })).toEqual({ items: [] });
    const result = await front.call("listConversations", { cursor: "what?" });
    expect(result["items"]).toHaveLength(1);
  });

  it("gives images back with their messages, local ones too", async () => {
    const front = await frontEnd();
    writeFileSync(join(front.scenario.home.workspace, "a.png"), "hi");
    const { id: conversationId, path } = await front.open();
    await front.listen(conversationId);
    const image_url = "data:image/png;base64,AA";
    const items = [
      { type: "localImage", data: { path: "a.png" } },
      { type: "image", data: { image_url } },
      textItem("see"),
    ];
    await front.call("sendUserMessage", { conversationId, items });
    await front.event("task_complete");
    const { initialMessages } = await front.call("resumeConversation", { path });
    expect(initialMessages).toMatchObject([
      { type: "user_message", message: "see", images: ["data:image/png;base64,aGk=", image_url] },
      {},
      {},
      {},
    ]);
  });

  it("D22: shows messages that look injected, and pictures without words", async () => {
    const front = await frontEnd({ script: ["a", "b"] });
    await turn(front, "<environment_context> is what I ask about");
    const { id } = await front.open();
    await front.listen(id);
    const mark = front.peer.messages.length;
    await front.call("sendUserMessage", {
      conversationId: id,
      items: [{ type: "image", data: { imageUrl: "data:image/png;base64,aGk=" } }],
    });
    await front.event("task_complete", mark);
    const { items } = (await front.call("listConversations", {})) as {
      items: { preview: string }[];
    };
    expect(items.map(({ preview }) => preview).toSorted()).toEqual([
      "",
      "<environment_context> is what I ask about",
    ]);
  });

  it("has the newest page of many thousand records without reading them", async () => {
    const front = await frontEnd();
    const { home } = front.scenario.home;
    for (let n = 0; n < 2000; n += 1) record(home, `2025-0${1 + (n % 9)}-1${n % 10}`, n, true);
    // Whoever opened these would fail.
    const folder = dayFolder(home, "2025-01-10");
    for (const name of readdirSync(folder)) writeFileSync(join(folder, name), "");
    const { items } = (await front.call("listConversations", {})) as { items: { path: string }[] };
    expect(items).toHaveLength(25);
    expect(new Set(items.map(({ path }) => dirname(path)))).toEqual(
      new Set([dayFolder(home, "2025-09-19"), dayFolder(home, "2025-09-18")]),
    );
  });
});

describe("a summary", () => {
  it("is there before the first message, by id or by path", async () => {
    const front = await frontEnd();
    const { id, path } = await front.open();
    const summary = {
      conversationId: id,
      path,
      preview: "",
      timestamp: expect.any(String) as string,
      modelProvider: "mock",
    };
    const { home } = front.scenario.home;
    for (const params of [
      { conversationId: id },
      { rolloutPath: path.slice(home.length + 1), conversationId: null },
    ]) {
      expect(await front.call("getConversationSummary", params)).toEqual({ summary });
    }
    const other = "0199ab00-0000-7000-8000-000000000001";
    expect(await front.fails("getConversationSummary", { conversationId: other })).toEqual({
      code: -32600,
      message: `no rollout found for conversation id ${other}`,
    });
    const failed = await front.fails("getConversationSummary", { rolloutPath: "none.jsonl" });
    expect(failed).toEqual({
      code: -32603,
      message: `failed to load conversation summary from ${join(home, "none.jsonl")}: No such file or directory (os error 2)`,
    });
    expect((await front.fails("getConversationSummary", {})).code).toBe(-32602);
  });
});

describe("a record", () => {
  it("of another program can be resumed and listed", async () => {
    const front = await frontEnd({ script: ["Hello."] });
    const { home } = front.scenario.home;
    const id = "0199978a-9cdd-7b13-97d4-6d4a0c1fd3b8";
    const folder = dayFolder(home, "2025-09-29");
    mkdirSync(folder, { recursive: true });
    const path = join(folder, `rollout-2025-09-29T12-00-00-${id}.jsonl`);
    const fixture = readFileSync(
      new URL("../fixtures/rollouts/codex-0.44.jsonl", import.meta.url),
      "utf8",
    );
    writeFileSync(path, fixture.replaceAll(/"id":"[0-9a-f-]{36}"/g, `"id":"${id}"`));
    const { items } = (await front.call("listConversations", {})) as { items: { path: string }[] };
    expect(items.map((item) => item.path)).toEqual([path]);
    const overrides = { cwd: front.scenario.home.workspace };
    const resumed = await front.call("resumeConversation", { path, overrides });
    expect(resumed["conversationId"]).toBe(id);
  });
});

function dayFolder(home: string, day: string): string {
  return join(home, "sessions", ...day.split("-"));
}

function record(home: string, day: string, n: number, said: boolean): void {
  const id = `0199ab00-0000-7000-8000-${String(n).padStart(12, "0")}`;
  const folder = dayFolder(home, day);
  mkdirSync(folder, { recursive: true });
  const timestamp = `${day}T12:00:00.000Z`;
  const line = (type: string, payload: object) => JSON.stringify({ timestamp, type, payload });
  const lines = [line("session_meta", { id, timestamp, cwd: "/" })];
  if (said) {
    const message = `message ${n}`;
    lines.push(line("event_msg", { type: "user_message", message, kind: "plain" }));
  }
  writeFileSync(join(folder, `rollout-${day}T12-00-00-${id}.jsonl`), `${lines.join("\n")}\n`);
}
