import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { ConversationEvent, ModelEvent, Submission } from "../../../core/index.ts";
import {
  calls,
  completed,
  hanging,
  message,
  order,
  outputs,
  shell,
  stage,
  started,
  text,
} from "./stage.ts";

const asking = { approvalPolicy: "untrusted", sandbox: "danger-full-access" } as const;

function saying(value: string, more: Partial<Submission> = {}): Submission {
  return { items: [{ type: "text", text: value }], approve: () => Promise.reject(), ...more };
}

function idsOf(events: readonly ConversationEvent[], type: string): string[] {
  return events.filter(({ msg }) => msg.type === type).map(({ id }) => id);
}

describe("submissions", () => {
  it("run one after the other, each with its own outcome and answer", async () => {
    const { conversation, events, requests } = await stage({
      script: [text("one"), text("two"), text("three")],
    });
    const tasks = ["a", "b", "c"].map((value) => conversation.submit(saying(value)));
    expect(conversation.busy).toBe(true);
    const outcomes = await Promise.all(tasks.map((task) => task.outcome));
    expect(outcomes.map((one) => one.status === "completed" && one.lastAgentMessage)).toEqual([
      "one",
      "two",
      "three",
    ]);
    expect(conversation.busy).toBe(false);
    expect(requests).toHaveLength(3);
    expect(idsOf(events, "task_started")).toEqual(["0", "1", "2"]);
    expect(order(events).filter((type) => type.startsWith("task_"))).toEqual(
      Array.from({ length: 3 }, () => ["task_started", "task_complete"]).flat(),
    );
  });

  it("have their id before their first event", async () => {
    const { conversation, events } = await stage({ script: [text("one")] });
    const { id, outcome } = conversation.submit(saying("a"));
    expect(events).toEqual([]);
    await outcome;
    expect(new Set(events.map((event) => event.id))).toEqual(new Set([id]));
  });

  it("resolve after their last event was delivered", async () => {
    const { conversation, events } = await stage({ script: [text("one")] });
    const types: string[] = [];
    const { outcome } = conversation.submit(saying("a"));
    await outcome.then(() => types.push(...order(events)));
    expect(types.at(-1)).toBe("task_complete");
  });

  it("number themselves, approval answers and interrupts, but not given ids", async () => {
    const { conversation, events } = await stage({
      request: asking,
      script: [text("named"), calls(shell(["touch", "x"])), text("0"), text("2"), text("4")],
    });
    const approve = () => Promise.resolve({ decision: "denied" as const });
    await conversation.submit(saying("a", { id: "call-7", approve })).outcome;
    await conversation.submit(saying("b", { approve })).outcome;
    await conversation.submit(saying("c", { approve })).outcome;
    await conversation.interrupt();
    await conversation.submit(saying("d", { approve })).outcome;
    expect(idsOf(events, "task_started")).toEqual(["call-7", "0", "2", "4"]);
  });

  it("that are taken back while they wait end at once", async () => {
    const { conversation, events, seen } = await stage({
      script: [hanging(started), text("last")],
    });
    const first = conversation.submit(saying("a"));
    const controller = new AbortController();
    const second = conversation.submit(saying("b", { signal: controller.signal }));
    const third = conversation.submit(saying("c"));
    await seen("token_count");
    controller.abort();
    expect(await second.outcome).toEqual({ status: "aborted", reason: "interrupted" });
    expect(idsOf(events, "turn_aborted")).toEqual([second.id]);
    expect(conversation.busy).toBe(true);
    await conversation.interrupt();
    expect(await first.outcome).toMatchObject({ status: "aborted" });
    expect(await third.outcome).toMatchObject({ lastAgentMessage: "last" });
    expect(idsOf(events, "task_started")).toEqual([first.id, third.id]);
  });

  it("that were taken back before they came end without a request", async () => {
    const { conversation, requests, events } = await stage({ script: [text("one")] });
    const task = conversation.submit(saying("a", { signal: AbortSignal.abort() }));
    expect(await task.outcome).toMatchObject({ status: "aborted" });
    expect(order(events)).toEqual(["turn_aborted"]);
    expect(requests).toEqual([]);
  });

  it("can be interrupted from the moment they are handed in", async () => {
    const { conversation, requests } = await stage({ script: [text("never")] });
    const task = conversation.submit(saying("a"));
    expect(await conversation.interrupt()).toBe(true);
    expect(await task.outcome).toMatchObject({ status: "aborted" });
    expect(requests).toEqual([]);
  });

  it("end with their own signal while they run", async () => {
    const { conversation, seen } = await stage({ script: [hanging(started)] });
    const controller = new AbortController();
    const task = conversation.submit(saying("a", { signal: controller.signal }));
    await seen("token_count");
    controller.abort();
    expect(await task.outcome).toEqual({ status: "aborted", reason: "interrupted" });
  });

  it("that come after the close end at once", async () => {
    const { conversation, conversations, events } = await stage({ script: [text("never")] });
    await conversations.close();
    expect(await conversation.submit(saying("a")).outcome).toMatchObject({ status: "aborted" });
    expect(order(events)).toEqual(["turn_aborted"]);
    expect(readFileSync(conversation.path, "utf8")).not.toContain("user_message");
  });
});

describe("a task in progress", () => {
  it("is ended by the close, with its command and what waits behind it", async () => {
    const { conversation, conversations, seen } = await stage({
      request: { approvalPolicy: "never", sandbox: "danger-full-access" },
      script: [calls(shell(["sleep", "60"], { timeout_ms: 60_000 }))],
    });
    const first = conversation.submit(saying("a"));
    const second = conversation.submit(saying("b"));
    await seen("exec_command_begin");
    await conversations.close();
    expect(await first.outcome).toMatchObject({ status: "aborted" });
    expect(await second.outcome).toMatchObject({ status: "aborted" });
  });

  it("lets the question's signal end with it", async () => {
    const signals: AbortSignal[] = [];
    const { conversation, requests } = await stage({
      request: asking,
      script: [calls(shell(["touch", "x"])), text("done")],
    });
    const approve: Submission["approve"] = (_request, signal) => {
      signals.push(signal);
      return Promise.resolve({ decision: "denied", unasked: "nobody is there" });
    };
    const task = conversation.submit(saying("a", { approve }));
    await task.outcome;
    expect(outputs(requests[1])).toEqual(["exec command rejected by user: nobody is there"]);
    expect(signals.map((signal) => signal.aborted)).toEqual([true]);
  });

  it("waits for its readers between batches, and stops waiting when interrupted", async () => {
    const batches: number[] = [];
    const { conversation, seen } = await stage({
      script: [
        async function* (): AsyncGenerator<ModelEvent[]> {
          batches.push(1);
          yield [started];
          batches.push(2);
          yield [message("never")];
        },
      ],
    });
    const room = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    const ready = () => {
      asked.resolve();
      return room.promise;
    };
    conversation.subscribe({ event: () => {}, ready });
    const task = conversation.submit(saying("a"));
    await seen("token_count");
    await asked.promise;
    expect(batches).toEqual([1]);
    await conversation.interrupt();
    expect(await task.outcome).toMatchObject({ status: "aborted" });
  });

  it("goes on when its readers have room again", async () => {
    const { conversation } = await stage({ script: [text("one")] });
    let asked = 0;
    const ready = () => {
      asked += 1;
      return asked === 1 ? Promise.resolve() : undefined;
    };
    conversation.subscribe({ event: () => {}, ready });
    expect(await conversation.submit(saying("a")).outcome).toMatchObject({ status: "completed" });
  });
});

describe("subscribers", () => {
  it("get every event until they leave, whatever another one throws", async () => {
    const { conversation, complaints, say } = await stage({ script: [text("one"), text("two")] });
    const [before, after]: [string[], string[]] = [[], []];
    const leave = conversation.subscribe({ event: ({ msg }) => before.push(msg.type) });
    conversation.subscribe({
      event: () => {
        throw new Error("bug");
      },
    });
    conversation.subscribe({ event: ({ msg }) => after.push(msg.type) });
    expect(await say("a")).toMatchObject({ status: "completed" });
    leave();
    const count = before.length;
    expect(count).toBe(5);
    await say("b");
    expect(before).toHaveLength(count);
    expect(after).toHaveLength(2 * count);
    expect(complaints.length).toBe(2 * count);
  });

  it("are reached by every one of 200,000 deltas, in order", async () => {
    const deltas: ModelEvent[] = Array.from({ length: 200_000 }, (_, i) => ({
      type: "text_delta",
      delta: `${i} `,
    }));
    const { conversation } = await stage({ script: [[started, ...deltas, completed]] });
    let seen = 0;
    conversation.subscribe({
      event: ({ msg }) => {
        if (msg.type === "agent_message_delta" && msg.delta === `${seen} `) seen += 1;
      },
    });
    await conversation.submit(saying("a")).outcome;
    expect(seen).toBe(200_000);
  });
});
