import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { ModelEvent, Submission, Task } from "../../../core/index.ts";
import {
  call,
  calls,
  completed,
  fail,
  hanging,
  message,
  order,
  shell,
  stage,
  started,
  text,
  wordsIn,
  type Stage,
  type Streamed,
} from "./stage.ts";

const free = { approvalPolicy: "never", sandbox: "danger-full-access" } as const;

function join(at: Stage, words: string, more: Partial<Submission> = {}): Task {
  return at.conversation.submit({
    items: [{ type: "text", text: words }],
    approve: () => Promise.reject(new Error("nobody expected a question")),
    join: true,
    ...more,
  });
}

/** What the person said, as the record tells it. */
function recorded(at: Stage): string[] {
  return readFileSync(at.conversation.path, "utf8")
    .split("\n")
    .filter((line) => line.includes('"user_message"'))
    .map((line) => (JSON.parse(line) as { payload: { message: string } }).payload.message);
}

/** An answer that stays open until `end` is called. */
function open(...events: readonly ModelEvent[]): { answer: Streamed; end: () => void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  const answer: Streamed = async function* () {
    yield events;
    await promise;
    yield [completed];
  };
  return { answer, end: () => resolve() };
}

describe("input that arrives while a turn runs", () => {
  it("acceptance 16, defect 1: reaches the model once, with the next request, and shares the outcome", async () => {
    const first = open(started, shell(["true"]));
    const at = await stage({ request: free, script: [first.answer, text("done")] });
    const outcome = at.say("go");
    await at.seen("exec_command_end");
    const task = join(at, "faster");
    first.end();
    expect(await outcome).toEqual({ status: "completed", lastAgentMessage: "done" });
    expect(await task.outcome).toEqual(await outcome);
    expect(at.requests).toHaveLength(2);
    expect(wordsIn(at.requests[1]).slice(1)).toEqual(["go", "faster"]);
    expect(at.requests[1]?.input.at(-1)).toMatchObject({ role: "user" });
    expect(recorded(at)).toEqual(["go", "faster"]);
    expect(order(at.events).filter((type) => type.startsWith("task"))).toEqual([
      "task_started",
      "task_complete",
    ]);
  });

  it("acceptance 16, defect 2: is not lost during the final response", async () => {
    const first = open(started, message("one"));
    const at = await stage({ script: [first.answer, text("two")] });
    const outcome = at.say("go");
    await at.seen("agent_message");
    const tasks = ["and", "then"].map((words) => join(at, words));
    first.end();
    expect(await outcome).toMatchObject({ lastAgentMessage: "two" });
    for (const task of tasks) expect(await task.outcome).toEqual(await outcome);
    expect(wordsIn(at.requests[1]).slice(1)).toEqual(["go", "one", "and", "then"]);
    expect(recorded(at)).toEqual(["go", "and", "then"]);
  });

  it("acceptance 16: starts its own turn when it comes with the last event of one", async () => {
    const at = await stage({ script: [text("one"), text("two")] });
    const late: Task[] = [];
    at.conversation.subscribe({
      event: ({ msg }) => {
        if (msg.type === "task_complete" && late.length === 0) late.push(join(at, "late"));
      },
    });
    expect(await at.say("go")).toMatchObject({ lastAgentMessage: "one" });
    expect(await late[0]?.outcome).toMatchObject({ lastAgentMessage: "two" });
    expect(wordsIn(at.requests[1]).slice(1)).toEqual(["go", "one", "late"]);
    expect(at.events.at(-1)).toMatchObject({ id: late[0]?.id, msg: { type: "task_complete" } });
  });

  it("acceptance 16: starts a turn when none runs, and the next one joins that", async () => {
    const at = await stage({ script: [text("both")] });
    const tasks = [join(at, "one"), join(at, "two")];
    for (const { outcome } of tasks) expect(await outcome).toMatchObject({ status: "completed" });
    expect(at.requests.map((request) => wordsIn(request).slice(1))).toEqual([["one", "two"]]);
  });

  it("acceptance 16: goes before those that wait for a turn of their own", async () => {
    const first = open(started, message("one"));
    const at = await stage({ script: [first.answer, text("two"), text("three")] });
    const outcome = at.say("go");
    const waiting = at.say("own turn");
    await at.seen("agent_message");
    const task = join(at, "joins");
    first.end();
    expect(await task.outcome).toEqual(await outcome);
    expect(await waiting).toMatchObject({ lastAgentMessage: "three" });
    expect(wordsIn(at.requests[2]).slice(1)).toEqual(["go", "one", "joins", "two", "own turn"]);
  });

  it("acceptance 16: has the pictures it brings read when it is taken", async () => {
    const first = open(started, message("one"));
    const at = await stage({ script: [first.answer, text("two")] });
    const outcome = at.say("go");
    await at.seen("agent_message");
    join(at, "", { items: [{ type: "local_image", path: "missing.png" }] });
    first.end();
    await outcome;
    expect(wordsIn(at.requests[1]).at(-1)).toMatch(/missing\.png.*cannot be read/);
  });

  it("acceptance 16: stands once in the request that repeats a broken one", async () => {
    const first = open(started, message("one"));
    const at = await stage({
      streamMaxRetries: 1,
      script: [first.answer, [fail("cut", { retryAfterMs: 1 })], text("two")],
    });
    const outcome = at.say("go");
    await at.seen("agent_message");
    join(at, "and");
    first.end();
    expect(await outcome).toMatchObject({ lastAgentMessage: "two" });
    expect(at.requests[2]).toEqual(at.requests[1]);
    expect(wordsIn(at.requests[2]).slice(1)).toEqual(["go", "one", "and"]);
  });
});

describe("input that joined and was not taken", () => {
  it("acceptance 16: is in the history of the next turn after an interrupt, which starts nothing", async () => {
    const at = await stage({ script: [hanging(started, message("x")), text("two")] });
    const outcome = at.say("go");
    await at.seen("agent_message");
    const task = join(at, "wait");
    await at.conversation.interrupt();
    expect(await task.outcome).toEqual({ status: "aborted", reason: "interrupted" });
    expect(await outcome).toEqual(await task.outcome);
    expect(at.requests).toHaveLength(1);
    await at.say("again");
    expect(wordsIn(at.requests[1]).slice(1)).toEqual(["go", "wait", "again"]);
    expect(recorded(at)).toEqual(["go", "wait", "again"]);
  });

  it("acceptance 16: starts its own turn when the other one fails", async () => {
    const failing = open(started, message("x"));
    const at = await stage({
      script: [
        async function* (request, signal) {
          for await (const batch of failing.answer(request, signal)) {
            yield batch.includes(completed) ? [fail("broken")] : batch;
          }
        },
        text("two"),
      ],
    });
    const outcome = at.say("go");
    await at.seen("agent_message");
    const task = join(at, "and");
    failing.end();
    expect(await outcome).toEqual({ status: "failed", message: "broken" });
    expect(await task.outcome).toMatchObject({ lastAgentMessage: "two" });
    expect(wordsIn(at.requests[1]).slice(1)).toEqual(["go", "and"]);
  });

  it("acceptance 16: is gone when it is taken back", async () => {
    const first = open(started, message("one"));
    const at = await stage({ script: [first.answer, text("never")] });
    const outcome = at.say("go");
    await at.seen("agent_message");
    const controller = new AbortController();
    const task = join(at, "no", { signal: controller.signal });
    controller.abort();
    expect(await task.outcome).toMatchObject({ status: "aborted" });
    first.end();
    expect(await outcome).toMatchObject({ lastAgentMessage: "one" });
    expect(recorded(at)).toEqual(["go"]);
    expect(order(at.events)).not.toContain("turn_aborted");
  });

  it("acceptance 16: has its own turn when the one it joined is taken back before it began", async () => {
    const at = await stage({ script: [text("two")] });
    const controller = new AbortController();
    const outcome = at.say("go", { signal: controller.signal });
    const task = join(at, "and");
    controller.abort();
    expect(await outcome).toMatchObject({ status: "aborted" });
    expect(await task.outcome).toMatchObject({ lastAgentMessage: "two" });
    expect(wordsIn(at.requests[0]).slice(1)).toEqual(["and"]);
  });

  it("acceptance 16: is in the record when the conversation is closed, like what waits behind it", async () => {
    const at = await stage({ script: [hanging(started, message("x"))] });
    const outcome = at.say("go");
    await at.seen("agent_message");
    const tasks = [join(at, "joined"), join(at, "queued", { join: false })];
    await at.conversations.close();
    for (const task of tasks) expect(await task.outcome).toMatchObject({ status: "aborted" });
    expect(await outcome).toMatchObject({ status: "aborted" });
    expect(recorded(at)).toEqual(["go", "joined", "queued"]);
    const record = readFileSync(at.conversation.path, "utf8");
    expect(record.match(/turn_aborted/g)).toHaveLength(2);
  });
});

describe("a message that joined", () => {
  it("ends the task with its signal once it was taken", async () => {
    const controller = new AbortController();
    const first = open(started, shell(["true"]));
    const at = await stage({ request: free, script: [first.answer, hanging(started)] });
    const outcome = at.say("go");
    await at.seen("exec_command_end");
    const task = join(at, "and", { signal: controller.signal });
    first.end();
    await expect.poll(() => at.requests.length).toBe(2);
    controller.abort();
    expect(await task.outcome).toMatchObject({ status: "aborted" });
    expect(await outcome).toMatchObject({ status: "aborted" });
  });

  it("does not join a task that was interrupted, and follows it", async () => {
    const at = await stage({ script: [hanging(started), text("two")] });
    const outcome = at.say("go");
    await at.seen("token_count");
    const interrupted = at.conversation.interrupt();
    const task = join(at, "instead");
    await interrupted;
    expect(await outcome).toMatchObject({ status: "aborted" });
    expect(await task.outcome).toMatchObject({ lastAgentMessage: "two" });
    expect(wordsIn(at.requests[1]).slice(1)).toEqual(["go", "instead"]);
  });

  it("without items has a task of its own that asks nobody", async () => {
    const at = await stage({ script: [hanging(started)] });
    void at.say("go");
    await at.seen("token_count");
    const task = join(at, "", { items: [] });
    await at.conversation.interrupt();
    expect(await task.outcome).toEqual({ status: "completed", lastAgentMessage: null });
  });

  it("stands behind the pictures that calls brought", async () => {
    const first = open(started, call("view_image", { path: "a.gif" }));
    const at = await stage({ script: [first.answer, text("done")] });
    const { writeFileSync } = await import("node:fs");
    writeFileSync(`${at.workspace}/a.gif`, "GIF89a");
    const outcome = at.say("go");
    await at.seen("view_image_tool_call");
    join(at, "and");
    first.end();
    await outcome;
    const [picture, words] = at.requests[1]?.input.slice(-2) ?? [];
    expect(picture).toMatchObject({ content: [{ type: "input_image" }] });
    expect(words).toMatchObject({ content: [{ text: "and" }] });
  });
});

describe("the program to notify", () => {
  it("acceptance 30: gets what the person said during the turn, too", async () => {
    const first = open(started, message("one"));
    const at = await stage({
      config: { notify: ["sh", "-c", 'printf %s "$0" > news.tmp && mv news.tmp news'] },
      script: [first.answer, text("two")],
    });
    const outcome = at.say("go");
    await at.seen("agent_message");
    join(at, "and");
    first.end();
    await outcome;
    const news = () => JSON.parse(readFileSync(`${at.workspace}/news`, "utf8")) as object;
    await expect.poll(() => tried(news)).toMatchObject({ "input-messages": ["go", "and"] });
  });
});

function tried(read: () => object): object | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

it("a submission that changes settings never joins", async () => {
  const first = open(started, message("one"));
  const at = await stage({ script: [first.answer, calls(message("two"))] });
  const outcome = at.say("go");
  await at.seen("agent_message");
  const task = join(at, "other", { overrides: { effort: "high" } });
  first.end();
  expect(await outcome).toMatchObject({ lastAgentMessage: "one" });
  expect(await task.outcome).toMatchObject({ lastAgentMessage: "two" });
  expect(at.requests.map(({ effort }) => effort)).toEqual([undefined, "high"]);
});
