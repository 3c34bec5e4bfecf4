import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { ConversationEvent, ModelEvent, ModelRequest } from "../../../../core/index.ts";
import {
  calls,
  engine,
  fail,
  hanging,
  message,
  scriptedModel,
  shell,
  stage,
  started,
  text,
  usage,
  wordsIn,
  type Stage,
  type StageOptions,
  type Streamed,
} from "../stage.ts";

const free = { approvalPolicy: "never", sandbox: "danger-full-access" } as const;
const limited = { request: free, traits: { autoCompactLimit: 100 } };

/** An answer after which the context holds this many tokens; its thoughts do not count. */
function filling(tokens: number, ...items: readonly ModelEvent[]): readonly ModelEvent[] {
  const spent = { ...usage, total_tokens: tokens + 2, reasoning_output_tokens: 2 };
  return [started, ...items, { type: "completed", usage: spent }];
}

const overflow = fail("too long", { retryable: false, contextOverflow: true });

/** Events by id and type, without deltas. */
function told(events: readonly ConversationEvent[]): string[] {
  return events
    .filter(({ msg }) => !msg.type.includes("delta"))
    .map(({ id, msg }) => `${id} ${msg.type}`);
}

/** What a model is shown after a compaction, behind the environment. */
function bridge(request: ModelRequest | undefined): string | undefined {
  return wordsIn(request).find((words) => words.includes("the note you left"));
}

describe("a compaction that was asked for", () => {
  it("acceptance 26: is a task of its own with one request, which offers no tools", async () => {
    const script = [text("one"), text("the summary"), text("two")];
    const at = await stage({ request: { ...free, baseInstructions: "base" }, script });
    await at.say("first");
    const count = at.events.length;
    const task = at.conversation.compact();
    expect(await task.outcome).toEqual({ status: "completed", lastAgentMessage: null });
    expect(told(at.events.slice(count))).toEqual(
      ["task_started", "token_count", "token_count", "agent_message", "task_complete"].map(
        (type) => `${task.id} ${type}`,
      ),
    );
    expect(at.events.at(-2)?.msg).toEqual({
      type: "agent_message",
      message: "Compact task completed",
    });
    const [before, asking] = at.requests;
    expect(asking).toMatchObject({ tools: [], instructions: "base" });
    expect(asking?.input.slice(0, before?.input.length)).toEqual(before?.input);
    expect(wordsIn(asking).slice(1, 3)).toEqual(["first", "one"]);

    await at.say("second");
    const [environment, note, second, ...more] = wordsIn(at.requests[2]);
    expect(environment).toBe(wordsIn(before)[0]);
    expect(note).toMatch(/first[^]*the summary/);
    expect(note).not.toContain("one");
    expect([second, ...more]).toEqual(["second"]);
    expect(at.requests[2]?.tools).toEqual(before?.tools);
  });

  it("acceptance 26: asks in the words of the request", async () => {
    const at = await stage({
      request: { compactPrompt: "be brief" },
      script: [text("one"), text("s")],
    });
    await at.say("first");
    await at.conversation.compact().outcome;
    expect(wordsIn(at.requests[1]).at(-1)).toBe("be brief");
  });

  it("acceptance 27: goes on the same after a resume", async () => {
    const script = [text("one"), text("the summary"), text("two"), text("x")];
    const at = await stage({ script });
    await at.say("first");
    await at.conversation.compact().outcome;
    await at.say("second");
    await at.conversations.close();
    const model = scriptedModel({ script: [text("x")] });
    const conversations = engine({}, { place: at, model, complaints: [] });
    const again = await conversations.resume({ id: at.conversation.id });
    await again.submit({
      items: [{ type: "text", text: "third" }],
      approve: () => Promise.reject(new Error("nobody expected a question")),
    }).outcome;
    const prefix = JSON.stringify(at.requests[2]?.input).slice(0, -1);
    expect(JSON.stringify(model.requests[0]?.input).startsWith(prefix)).toBe(true);
    expect(wordsIn(model.requests[0]).slice(-2)).toEqual(["two", "third"]);
    const record = readFileSync(at.conversation.path, "utf8");
    expect(record).toContain('"type":"compacted","payload":{"message":"the summary"');
  });

  it("acceptance 26: fails without a summary and leaves everything as it was", async () => {
    const at = await stage({ script: [text("one"), [fail("no")], text("two")] });
    await at.say("first");
    expect(await at.conversation.compact().outcome).toEqual({ status: "failed", message: "no" });
    expect(
      told(at.events)
        .slice(-2)
        .map((one) => one.split(" ")[1]),
    ).toEqual(["error", "task_complete"]);
    await at.say("second");
    expect(wordsIn(at.requests[2]).slice(1)).toEqual(["first", "one", "second"]);
  });

  it("acceptance 26: happens between two requests of a running task", async () => {
    const first = Promise.withResolvers<void>();
    const waiting: Streamed = async function* () {
      yield [started, shell(["true"])];
      await first.promise;
      yield [{ type: "completed", usage }];
    };
    const at = await stage({ request: free, script: [waiting, text("the summary"), text("two")] });
    const outcome = at.say("go");
    await at.seen("exec_command_end");
    const task = at.conversation.compact();
    const twice = at.conversation.compact();
    first.resolve();
    expect(await task.outcome).toEqual({ status: "completed", lastAgentMessage: "two" });
    for (const other of [outcome, twice.outcome]) expect(await other).toEqual(await task.outcome);
    expect(at.requests).toHaveLength(3);
    expect(bridge(at.requests[2])).toMatch(/go[^]*the summary/);
    expect(at.requests[2]?.input).toHaveLength(2);
    expect(told(at.events)).toContain(`${task.id} agent_message`);
    expect(told(at.events)).not.toContain(`${task.id} task_started`);
  });

  it("acceptance 26: comes after a task that is about to end", async () => {
    const first = Promise.withResolvers<void>();
    const waiting: Streamed = async function* () {
      yield [started, message("one")];
      await first.promise;
      yield [{ type: "completed", usage }];
    };
    const at = await stage({ script: [waiting, text("the summary")] });
    const outcome = at.say("go");
    await at.seen("agent_message");
    const task = at.conversation.compact();
    first.resolve();
    expect(await outcome).toMatchObject({ lastAgentMessage: "one" });
    expect(await task.outcome).toEqual({ status: "completed", lastAgentMessage: null });
    expect(told(at.events).at(-1)).toBe(`${task.id} task_complete`);
  });

  it("acceptance 26: does not outlive the interrupt of its task", async () => {
    const at = await stage({ script: [hanging(started), text("two")] });
    const outcome = at.say("go");
    await at.seen("token_count");
    const task = at.conversation.compact();
    await at.conversation.interrupt();
    expect(await task.outcome).toEqual(await outcome);
    await at.say("again");
    expect(wordsIn(at.requests[1]).slice(1)).toEqual(["go", "again"]);
  });
});

describe("a compaction at the limit", () => {
  it("acceptance 26: comes in the middle of a turn, which then goes on", async () => {
    const script = [
      filling(100, shell(["true"])),
      text("the summary"),
      filling(99, shell(["true"])),
      text("done"),
    ];
    const at = await stage({ ...limited, script });
    expect(await at.say("go")).toEqual({ status: "completed", lastAgentMessage: "done" });
    expect(told(at.events)).toEqual([
      "0 task_started",
      "0 token_count",
      "0 exec_command_begin",
      "0 exec_command_end",
      "0 token_count",
      "auto-compact-0 token_count",
      "auto-compact-0 token_count",
      "auto-compact-0 agent_message",
      "0 token_count",
      "0 exec_command_begin",
      "0 exec_command_end",
      "0 token_count",
      "0 token_count",
      "0 agent_message",
      "0 token_count",
      "0 task_complete",
    ]);
    expect(bridge(at.requests[2])).toMatch(/go[^]*the summary/);
    expect(at.requests[2]?.input).toHaveLength(2);
    // The answer that reached the limit is part of what was summed up.
    expect(JSON.stringify(at.requests[1]?.input)).toContain("function_call_output");
  });

  it("acceptance 26: has the model speak again after its last word", async () => {
    const script = [filling(200, message("one")), text("the summary"), text("two")];
    const at = await stage({ ...limited, script });
    expect(await at.say("go")).toEqual({ status: "completed", lastAgentMessage: "two" });
    expect(bridge(at.requests[2])).toMatch(/go[^]*the summary/);
  });

  it("acceptance 26: ends the task when the next answer is above the limit again", async () => {
    const script = [filling(200, shell(["true"])), text("s"), filling(150, shell(["true"]))];
    const at = await stage({ ...limited, script });
    const outcome = await at.say("go");
    expect(outcome.status === "failed" && outcome.message).toMatch(/above the limit.*150 of 100/);
    expect(told(at.events).slice(-2)).toEqual(["0 error", "0 task_complete"]);
    expect(at.events.at(-1)?.msg).toMatchObject({ last_agent_message: null });
  });

  it("acceptance 26: is counted on, however often it comes", async () => {
    const script = [
      filling(200, shell(["true"])),
      text("s1"),
      text("one"),
      filling(200, shell(["true"])),
      text("s2"),
      text("two"),
    ];
    const at = await stage({ ...limited, script });
    await at.say("first");
    await at.say("second");
    expect(told(at.events)).toContain("auto-compact-1 agent_message");
    expect(bridge(at.requests[5])).toMatch(/:\n\nfirst\n\nsecond\n\n.*\n\ns2$/);
  });

  it.each([
    ["a turn goes on", filling(200, shell(["true"])), text("done"), "done", 3],
    ["a last word stands", filling(200, message("one")), text("never"), "one", 2],
  ])("acceptance 26: that fails is told of, and %s", async (_, first, last, said, requests) => {
    const at = await stage({ ...limited, script: [first, [fail("no")], last] });
    expect(await at.say("go")).toEqual({ status: "completed", lastAgentMessage: said });
    expect(at.events).toContainEqual({
      id: "auto-compact-0",
      msg: { type: "error", message: "no" },
    });
    expect(at.requests).toHaveLength(requests);
    expect(bridge(at.requests[2])).toBeUndefined();
  });

  it("acceptance 26: is asked for again when it breaks off, under its own id", async () => {
    const script = [
      filling(200, shell(["true"])),
      [fail("cut", { retryAfterMs: 1 })],
      text("the summary"),
      text("done"),
    ];
    const at = await stage({ ...limited, streamMaxRetries: 1, script });
    expect(await at.say("go")).toMatchObject({ lastAgentMessage: "done" });
    expect(told(at.events)).toContain("auto-compact-0 stream_error");
  });

  it("acceptance 26: ends with an interrupt and leaves everything as it was", async () => {
    const script = [filling(200, message("one")), hanging(started), text("two")];
    const at = await stage({ ...limited, script });
    const outcome = at.say("go");
    await expect.poll(() => at.requests.length).toBe(2);
    await at.conversation.interrupt();
    expect(await outcome).toMatchObject({ status: "aborted" });
    await at.say("again");
    expect(wordsIn(at.requests[2]).slice(1)).toEqual(["go", "one", "again"]);
  });

  it("acceptance 16: loses nothing that came meanwhile, and does not sum it up", async () => {
    const end = Promise.withResolvers<void>();
    const summing: Streamed = async function* () {
      yield [started, message("the summary")];
      await end.promise;
      yield [{ type: "completed", usage }];
    };
    const script = [filling(200, shell(["true"])), summing, text("done")];
    const at = await stage({ ...limited, script });
    const outcome = at.say("go");
    await expect.poll(() => at.requests.length).toBe(2);
    const joined = at.conversation.submit({
      items: [{ type: "text", text: "and" }],
      approve: () => Promise.reject(new Error("nobody expected a question")),
      join: true,
    });
    end.resolve();
    expect(await joined.outcome).toEqual(await outcome);
    expect(wordsIn(at.requests[2]).at(-1)).toBe("and");
    expect(bridge(at.requests[2])).not.toMatch(/^and$/m);
  });

  it("tells the model where it works now", async () => {
    const script = [text("one"), filling(200, message("two")), text("s"), text("three")];
    const at = await stage({ ...limited, script });
    await at.say("first");
    await at.say("second", { overrides: { approvalPolicy: "untrusted" } });
    const [opening, news, note] = wordsIn(at.requests[3]);
    expect(opening).toContain("<approval_policy>never<");
    expect(news).toContain("<approval_policy>untrusted<");
    expect(note).toBe(bridge(at.requests[3]));
  });
});

describe("a context overflow", () => {
  /** A stage whose model takes so many items and no more; `answers` come in order otherwise. */
  async function small(most: number, answers: StageOptions["script"] = []): Promise<Stage> {
    let next = 0;
    const limitedAnswer: Streamed = async function* (request) {
      if (request.input.length > most) yield [overflow];
      else yield answers[next++] as readonly ModelEvent[];
    };
    return stage({ request: free, script: Array.from({ length: 50 }, () => limitedAnswer) });
  }

  it("acceptance 26: is answered by a compaction and one more request", async () => {
    const script = [text("one"), [overflow], text("the summary"), text("two")];
    const at = await stage({ script });
    await at.say("first");
    expect(await at.say("second")).toEqual({ status: "completed", lastAgentMessage: "two" });
    expect(bridge(at.requests[3])).toMatch(/first\n\nsecond[^]*the summary/);
    expect(told(at.events)).toContain("auto-compact-0 agent_message");
    expect(told(at.events)).not.toContain("1 error");
  });

  it("acceptance 26: is not asked for again as it was, even if the provider allows that", async () => {
    const again = fail("too long", { retryable: true, contextOverflow: true });
    const at = await stage({ streamMaxRetries: 3, script: [[again], text("s"), text("two")] });
    expect(await at.say("go")).toMatchObject({ lastAgentMessage: "two" });
    expect(at.requests).toHaveLength(3);
  });

  it("acceptance 26: of the compaction itself leaves out what is oldest", async () => {
    const at = await small(5, [text("one"), text("two"), text("the summary"), text("three")]);
    for (const words of ["a", "b", "c"]) await at.say(words);
    expect(wordsIn(at.requests.at(-2)).slice(0, -1)).toEqual(["b", "two", "c"]);
    expect(wordsIn(at.requests.at(-1))[1]).toMatch(/a\n\nb\n\nc[^]*the summary/);
  });

  it("acceptance 26: of a single message leads to a shortened one, never to a lost turn", async () => {
    const huge = `start ${"x".repeat(100_000)} end`;
    const answer: Streamed = async function* (request) {
      yield JSON.stringify(request.input).length > 90_000 ? [overflow] : text("done");
    };
    const at = await stage({ script: Array.from({ length: 9 }, () => answer) });
    expect(await at.say(huge)).toEqual({ status: "completed", lastAgentMessage: "done" });
    const words = bridge(at.requests.at(-1)) ?? "";
    expect(words).toMatch(/start x+…\d+ tokens truncated…x+ end/);
    // No more than a quarter of the window of this model is spent on quotes.
    expect(words.length).toBeLessThan(1500);
  });

  it("acceptance 26: right after a compaction ends the task with the provider's words", async () => {
    const at = await stage({ script: [[overflow], text("the summary"), [overflow]] });
    expect(await at.say("go")).toEqual({ status: "failed", message: "too long" });
    expect(at.requests).toHaveLength(3);
  });

  it("acceptance 26: ends the task when no summary can be had", async () => {
    const at = await stage({ script: [[overflow], [fail("no")], text("two")] });
    expect(await at.say("go")).toEqual({ status: "failed", message: "too long" });
    await at.say("again");
    expect(wordsIn(at.requests[2]).slice(1)).toEqual(["go", "again"]);
  });

  it("acceptance 26: leaves no output without its call", async () => {
    const many = Array.from({ length: 4 }, (_, at) => calls(shell(["true"], {}, `call_${at}`)));
    const at = await small(8, [...many, text("the summary"), text("done")]);
    expect(await at.say("go")).toMatchObject({ lastAgentMessage: "done" });
    const items = at.requests.at(-2)?.input ?? [];
    const made = items.flatMap((item) => (item.type === "function_call" ? [item.call_id] : []));
    const answered = items.flatMap((item) =>
      item.type === "function_call_output" ? [item.call_id] : [],
    );
    expect(answered).toEqual(made);
    expect(made).not.toEqual([]);
  });
});
