import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Conversation, EventOf } from "../../../core/index.ts";
import { line, meta, said, uuid } from "./rollout/records.ts";
import {
  calls,
  completed,
  engine,
  fail,
  folders,
  hanging,
  message,
  order,
  outputs,
  scriptedModel,
  shell,
  stage,
  started,
  text,
  usage,
  wordsIn,
  write,
  type Folders,
  type ScriptedModel,
  type Stage,
  type StageOptions,
  type Streamed,
} from "./stage.ts";

const free = { approvalPolicy: "never", sandbox: "danger-full-access" } as const;

/** Another process at the same place, as far as one process can be two. */
function restarted(place: Folders, options: StageOptions = {}) {
  const model = scriptedModel(options);
  const complaints: string[] = [];
  const conversations = engine(options, { place, model, complaints });
  return { conversations, model, complaints };
}

async function say(conversation: Conversation, words: string, model: ScriptedModel) {
  const approve = () => Promise.reject(new Error("nobody expected a question"));
  const items = [{ type: "text", text: words }] as const;
  const outcome = await conversation.submit({ items, approve }).outcome;
  return { outcome, request: model.requests.at(-1) };
}

function configured({ startEvents }: Conversation): EventOf<"session_configured"> {
  return startEvents[0]?.msg as EventOf<"session_configured">;
}

/** Leaves the record as a crash would, and no lock that lives. */
async function crashed(at: Stage, more = ""): Promise<string> {
  const path = configured(at.conversation).rollout_path;
  const content = readFileSync(path);
  await at.conversations.close();
  writeFileSync(path, content);
  appendFileSync(path, more);
  return path;
}

describe("a resumed conversation", () => {
  it("has the words that still waited when a crash came, each once", async () => {
    const place = folders();
    const at = await stage({ request: free, script: [hanging(started, message("busy"))] }, place);
    const submit = (words: string, more: object) =>
      at.conversation.submit({
        items: [{ type: "text", text: words }],
        approve: () => Promise.reject(new Error("nobody expected a question")),
        ...more,
      });
    void at.say("go");
    await at.seen("agent_message");
    submit("joined", { join: true });
    submit("queued", {});
    const controller = new AbortController();
    const gone = submit("taken back", { signal: controller.signal });
    controller.abort();
    await gone.outcome;
    await crashed(at);

    for (const next of ["one", "two"]) {
      const { conversations, model } = restarted(place, { script: [text("ok")] });
      const again = await conversations.resume({ id: at.conversation.id });
      const told = configured(again).initial_messages ?? [];
      expect(told.flatMap((msg) => (msg.type === "user_message" ? [msg["message"]] : []))).toEqual(
        next === "one" ? ["go", "joined", "queued"] : ["go", "joined", "queued", "one"],
      );
      const { request } = await say(again, next, model);
      const words = wordsIn(request).filter((one) => /^(go|joined|queued|taken back)$/.test(one));
      expect(words).toEqual(["go", "joined", "queued"]);
      await conversations.close();
    }
  });

  it("does not hear twice what was taken in before the crash", async () => {
    const place = folders();
    const first = Promise.withResolvers<void>();
    const slow: Streamed = async function* () {
      yield [started, shell(["true"])];
      await first.promise;
      yield [completed];
    };
    const at = await stage(
      { request: free, script: [slow, hanging(started, message("on"))] },
      place,
    );
    void at.say("go");
    await at.seen("exec_command_end");
    at.conversation.submit({
      items: [{ type: "text", text: "faster" }],
      approve: () => Promise.reject(new Error("nobody expected a question")),
      join: true,
    });
    first.resolve();
    await at.seen("agent_message");
    await crashed(at);
    const { conversations, model } = restarted(place, { script: [text("ok")] });
    const again = await conversations.resume({ id: at.conversation.id });
    const { request } = await say(again, "next", model);
    expect(wordsIn(request).filter((one) => one === "faster")).toHaveLength(1);
  });

  it("counts its tokens from nothing, as its clients expect", async () => {
    const place = folders();
    const at = await stage({ request: free, script: [text("one")] }, place);
    await at.say("first");
    await at.conversations.close();
    const { conversations, model } = restarted(place, { script: [text("two")] });
    const again = await conversations.resume({ id: at.conversation.id });
    const totals: unknown[] = [];
    again.subscribe({
      event: ({ msg }) => {
        if (msg.type === "token_count") totals.push(msg.info?.total_token_usage.total_tokens);
      },
    });
    await say(again, "second", model);
    expect(totals).toEqual([undefined, usage.total_tokens]);
  });

  it("acceptance 27: sends the model what it sent before, and then only more", async () => {
    const place = folders();
    write(place.home, "AGENTS.md", "be kind");
    const options = {
      request: { ...free, baseInstructions: "base", developerInstructions: "dev" },
      script: [calls(message("look"), shell(["echo", "hi"])), text("one")],
    };
    const at = await stage(options, place);
    await at.say("first");
    await at.conversations.close();
    rmSync(join(place.home, "AGENTS.md"));

    const { conversations, model } = restarted(place, { script: [text("two"), text("three")] });
    const again = await conversations.resume({ id: at.conversation.id });
    await say(again, "second", model);
    await say(again, "third", model);
    const [before, after, last] = [at.requests[1], ...model.requests];
    expect(after?.instructions).toBe("base");
    expect(after?.tools).toEqual(before?.tools);
    const prefix = JSON.stringify(before?.input).slice(0, -1);
    expect(JSON.stringify(after?.input).startsWith(prefix)).toBe(true);
    expect(JSON.stringify(last?.input).startsWith(JSON.stringify(after?.input).slice(0, -1))).toBe(
      true,
    );
    expect(wordsIn(after).slice(-3)).toEqual(["look", "one", "second"]);
  });

  it("acceptance 27: tells what was said, and goes on in the same file without a second start", async () => {
    const at = await stage({ script: [text("one")] });
    await at.say("first");
    await at.conversations.close();
    const { conversations, model } = restarted(at, { script: [text("two")] });
    const again = await conversations.resume({ id: at.conversation.id });
    expect(again.id).toBe(at.conversation.id);
    const start = configured(again);
    expect(start.rollout_path).toBe(configured(at.conversation).rollout_path);
    expect(start.initial_messages?.map(({ type }) => type)).toEqual([
      "user_message",
      "token_count",
      "agent_message",
      "token_count",
    ]);
    const { outcome } = await say(again, "second", model);
    expect(outcome).toEqual({ status: "completed", lastAgentMessage: "two" });
    const content = readFileSync(start.rollout_path, "utf8");
    expect(content.match(/"session_meta"/g)).toHaveLength(1);
    expect(content.match(/<environment_context>/g)).toHaveLength(1);
    expect(content.match(/portico_request/g)).toHaveLength(1);
  });

  it("acceptance 27: skips junk with one warning that counts it", async () => {
    const at = await stage({ script: [text("one")] });
    await at.say("first");
    const path = await crashed(at, 'junk\n{"type":"ghost","payload":{}}\n{"timestamp":"20');
    const { conversations, model, complaints } = restarted(at, { script: [text("two")] });
    const again = await conversations.resume({ path });
    const { request } = await say(again, "second", model);
    expect(wordsIn(request).slice(1)).toEqual(["first", "one", "second"]);
    expect(complaints).toEqual([`3 lines of a record were skipped: ${path}`]);
    expect(readFileSync(path, "utf8")).toContain('{"timestamp":"20\n{"timestamp"');
  });

  it("acceptance 27: answers a call that the crash cut off", async () => {
    const at = await stage({ request: free, script: [calls(shell(["sleep", "100"]))] });
    void at.say("first");
    await at.seen("exec_command_begin");
    await crashed(at);
    const { conversations, model } = restarted(at, { script: [text("two"), text("three")] });
    const again = await conversations.resume({ id: at.conversation.id });
    const first = await say(again, "second", model);
    expect(outputs(first.request)).toEqual(["aborted"]);
    const later = await say(again, "third", model);
    expect(outputs(later.request)).toEqual(["aborted"]);
  });

  it("acceptance 27: has the calls that were finished in an answer that was not", async () => {
    const script = [hanging(started, message("look"), shell(["echo", "done"]))];
    const at = await stage({ request: free, script });
    void at.say("first");
    await at.seen("exec_command_end");
    await expect
      .poll(() => readFileSync(configured(at.conversation).rollout_path, "utf8"))
      .toContain("function_call_output");
    await crashed(at);
    for (const words of ["second", "third"]) {
      const { conversations, model } = restarted(at, { script: [text("x")] });
      const again = await conversations.resume({ id: at.conversation.id });
      const { request } = await say(again, words, model);
      expect(wordsIn(request).filter((one) => one === "look")).toHaveLength(1);
      expect(outputs(request)).toEqual([expect.stringContaining("done")]);
      await conversations.close();
    }
  });

  it.each([
    ["was interrupted", hanging(started, message("unsaid"))],
    ["failed", [started, message("unsaid"), fail("no")]],
  ])("acceptance 27: knows nothing of an answer that %s", async (_, answer) => {
    const at = await stage({ script: [answer] });
    const outcome = at.say("first");
    await at.seen("agent_message");
    await at.conversation.interrupt();
    await outcome;
    await crashed(at);
    const { conversations, model } = restarted(at, { script: [text("x")] });
    const again = await conversations.resume({ id: at.conversation.id });
    const { request } = await say(again, "second", model);
    expect(wordsIn(request).slice(1)).toEqual(["first", "second"]);
  });

  it("acceptance 27: goes on from a compaction", async () => {
    const at = await stage({ script: [text("one")] });
    await at.say("first");
    const path = await crashed(at, line("compacted", { message: "the summary" }));
    const { conversations, model } = restarted(at, { script: [text("x")] });
    const { request } = await say(await conversations.resume({ path }), "second", model);
    const words = wordsIn(request);
    expect(words).toHaveLength(3);
    expect(words[1]).toMatch(/first[^]*the summary/);
  });

  it("opens the conversation when the crash came before anything stood in the record", async () => {
    const place = folders();
    const path = write(place.home, "sessions/x.jsonl", meta(uuid(1), { cwd: place.workspace }));
    const { conversations, model } = restarted(place, { script: [text("x")] });
    const { request } = await say(await conversations.resume({ path }), "hello", model);
    expect(wordsIn(request)[0]).toContain("<environment_context>");
  });
});

describe("a record that codex 0.44 wrote", () => {
  it("acceptance 27: is listed, and goes on here with all its items", async () => {
    const place = folders();
    const fixture = new URL("../../fixtures/rollouts/codex-0.44.jsonl", import.meta.url);
    const id = "0199ab00-0000-7000-8000-000000000044";
    const content = readFileSync(fixture, "utf8").replaceAll("/workspace", place.workspace);
    write(place.home, `sessions/2025/10/01/rollout-2025-10-01T12-00-38-${id}.jsonl`, content);
    const config = { approval_policy: "never", sandbox_mode: "danger-full-access" };
    const options = { config, script: [text("x")] };
    const { conversations, model, complaints } = restarted(place, options);
    expect((await conversations.list()).items).toMatchObject([{ id, preview: "say hello" }]);
    const again = await conversations.resume({ id });
    expect(again.cwd).toBe(place.workspace);
    const { request } = await say(again, "more", model);
    const written = content
      .trimEnd()
      .split("\n")
      .map((one) => JSON.parse(one) as { type: string; payload: object })
      .filter(({ type }) => type === "response_item");
    expect(request?.input.slice(0, -1)).toEqual(written.map(({ payload }) => payload));
    expect(complaints).toEqual([]);
  });
});

describe("how a resumed conversation is", () => {
  it("is how it was asked to be at its start", async () => {
    const place = folders();
    mkdirSync(join(place.workspace, "sub"));
    const request = {
      ...free,
      cwd: "sub",
      includePlanTool: true,
      config: { model_verbosity: "low" },
    };
    const at = await stage({ request }, place);
    await at.conversations.close();
    const { conversations, model } = restarted(at, { script: [calls(shell(["pwd"])), text("x")] });
    const again = await conversations.resume({ id: at.conversation.id });
    expect(again.cwd).toBe(join(place.workspace, "sub"));
    const { request: sent } = await say(again, "go", model);
    expect(outputs(sent)[0]).toContain(join(place.workspace, "sub"));
    expect(sent?.verbosity).toBe("low");
    expect(JSON.stringify(sent?.tools)).toContain("update_plan");
  });

  it("is what the resume says, and stays so", async () => {
    const at = await stage({ request: { approvalPolicy: "never" } });
    await at.conversations.close();
    const first = restarted(at, { script: [calls(shell(["touch", "made"])), text("x")] });
    const again = await first.conversations.resume({ id: at.conversation.id, ...free });
    await say(again, "go", first.model);
    expect(readFileSync(join(at.workspace, "made"), "utf8")).toBe("");
    await first.conversations.close();
    const second = restarted(at, { script: [calls(shell(["rm", "made"])), text("x")] });
    const third = await second.conversations.resume({ id: at.conversation.id });
    await say(third, "go", second.model);
    expect(() => readFileSync(join(at.workspace, "made"))).toThrow(/ENOENT/);
  });

  it("keeps secrets of the request out of the record", async () => {
    const config = {
      "model_providers.x.http_headers": { a: "s3cret" },
      mcp_servers: { x: "s3cret" },
    };
    const at = await stage({ request: { config } });
    expect(readFileSync(configured(at.conversation).rollout_path, "utf8")).not.toContain("s3cret");
  });

  it("brings no permissions in a record from elsewhere", async () => {
    const place = folders();
    const path = write(
      place.root,
      "given.jsonl",
      meta(uuid(1), { cwd: place.workspace }) +
        line("portico_request", { ...free }) +
        said("user", "x"),
    );
    const config = { approval_policy: "never", sandbox_mode: "read-only" };
    const { conversations, model } = restarted(place, {
      config,
      script: [calls(shell(["touch", "made"])), text("x")],
    });
    await say(await conversations.resume({ path }), "go", model);
    expect(() => readFileSync(join(place.workspace, "made"))).toThrow(/ENOENT/);
    const content = readFileSync(path, "utf8");
    expect(content).toContain('"sandbox_policy":{"mode":"read-only"}');
  });
});

describe("resuming", () => {
  it("gives the one that lives, unless it shall be different", async () => {
    const at = await stage({ script: [text("one")] });
    await at.say("first");
    const { id } = at.conversation;
    const path = configured(at.conversation).rollout_path;
    expect(await at.conversations.resume({ id })).toBe(at.conversation);
    expect(await at.conversations.resume({ path })).toBe(at.conversation);
    const other = await at.conversations.resume({ id, approvalPolicy: "never" });
    expect(other).not.toBe(at.conversation);
    expect(at.conversations.find(id)).toBe(other);
    expect(await at.say("late")).toMatchObject({ status: "aborted" });
  });

  it("at the same time gives one conversation", async () => {
    const at = await stage();
    await at.conversations.close();
    const { conversations } = restarted(at);
    const { id } = at.conversation;
    const [one, other] = await Promise.all([
      conversations.resume({ id }),
      conversations.resume({ id }),
    ]);
    expect(one).toBe(other);
  });

  it("acceptance 27: is refused while another process has the conversation, and possible after that", async () => {
    const at = await stage();
    const { conversations } = restarted(at);
    const { id } = at.conversation;
    await expect(conversations.resume({ id })).rejects.toMatchObject({
      kind: "session",
      message: `conversation ${id} is open in process ${process.pid}`,
    });
    await at.conversations.close();
    expect((await conversations.resume({ id })).id).toBe(id);
  });

  it.each([
    ["an unknown id", { id: uuid(9) }, "missing", /no record of conversation/],
    ["no such file", { path: "none.jsonl" }, "missing", /none\.jsonl/],
    ["a folder", { path: "." }, "missing", /EISDIR/],
    ["neither id nor path", {}, "request", /neither/],
  ])("with %s is refused", async (_, request, kind, problem) => {
    const { conversations } = restarted(folders());
    await expect(conversations.resume(request)).rejects.toMatchObject({
      kind,
      message: expect.stringMatching(problem) as string,
    });
  });

  it("that fails leaves the conversation to others", async () => {
    const at = await stage();
    await at.conversations.close();
    const { id } = at.conversation;
    const { conversations } = restarted(at);
    await expect(conversations.resume({ id, cwd: "none" })).rejects.toMatchObject({
      kind: "session",
    });
    const other = restarted(at);
    expect((await other.conversations.resume({ id })).id).toBe(id);
  });
});

describe("an archived conversation", () => {
  it("is ended, and neither listed nor found", async () => {
    const at = await stage({ script: [text("one"), hanging(started)] });
    await at.say("first");
    const { id } = at.conversation;
    expect((await at.conversations.list()).items).toMatchObject([{ id, preview: "first" }]);
    const running = at.say("second");
    await at.conversations.archive({ id, path: configured(at.conversation).rollout_path });
    expect(await running).toEqual({ status: "aborted", reason: "interrupted" });
    expect(at.conversations.find(id)).toBeUndefined();
    expect(await at.conversations.list()).toEqual({ items: [] });
    await expect(at.conversations.resume({ id })).rejects.toMatchObject({ kind: "missing" });
    expect(at.complaints).toEqual([]);
  });
});

describe("an idle conversation", () => {
  it("leaves the memory and comes back with its next message", async () => {
    const at = await stage({
      residents: { idleCount: 0 },
      script: [text("one"), text("two"), text("three")],
    });
    for (const words of ["a", "b", "c"]) await at.say(words);
    expect(wordsIn(at.requests[2]).slice(1)).toEqual(["a", "one", "b", "two", "c"]);
    expect(order(at.events).filter((type) => type === "task_complete")).toHaveLength(3);
    // Nobody holds the record meanwhile.
    const other = restarted(at, { script: [text("from elsewhere")] });
    await say(await other.conversations.resume({ id: at.conversation.id }), "d", other.model);
    await other.conversations.close();
  });

  it("knows what another process said in the meantime", async () => {
    const at = await stage({ residents: { idleCount: 0 }, script: [text("one"), text("three")] });
    await at.say("a");
    const other = restarted(at, { script: [text("two")] });
    await say(await other.conversations.resume({ id: at.conversation.id }), "b", other.model);
    expect(await at.say("c")).toEqual({
      status: "failed",
      message: `conversation ${at.conversation.id} is open in process ${process.pid}`,
    });
    await other.conversations.close();
    await at.say("d");
    expect(wordsIn(at.requests[1]).slice(1)).toEqual(["a", "one", "b", "two", "d"]);
  });

  it("says so when its record is gone", async () => {
    const at = await stage({ residents: { idleCount: 0 }, script: [text("one")] });
    await at.say("a");
    rmSync(configured(at.conversation).rollout_path);
    expect(await at.say("b")).toMatchObject({
      status: "failed",
      message: expect.stringContaining("rollout") as string,
    });
    expect(order(at.events).slice(-2)).toEqual(["error", "task_complete"]);
  });
});
