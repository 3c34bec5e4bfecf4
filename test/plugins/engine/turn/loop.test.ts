import { readFileSync } from "node:fs";
import { describe, expect, it, vi } from "vitest";
import type { ModelEvent } from "../../../../core/index.ts";
import {
  call,
  calls,
  completed,
  fail,
  hanging,
  item,
  message,
  order,
  outputs,
  shell,
  stage,
  started,
  text,
  usage,
  type Script,
  type StageOptions,
} from "../stage.ts";

const free: StageOptions["request"] = { approvalPolicy: "never", sandbox: "danger-full-access" };
const patch = "*** Begin Patch\n*** Add File: a.txt\n+a\n*** End Patch";
const chatStart: ModelEvent = { type: "started", rateLimits: null };

const orders: [string, Script, string][] = [
  [
    "a plain answer",
    [[started, { type: "text_delta", delta: "He" }, message("Hello"), completed]],
    "task_started token_count agent_message_delta agent_message token_count task_complete",
  ],
  [
    "a plain answer on a wire without rate limits",
    [[chatStart, message("Hello"), { type: "completed", usage: null }]],
    "task_started agent_message token_count task_complete",
  ],
  [
    "reasoning, text, a command and the answer",
    [
      [
        started,
        { type: "reasoning_section_break" },
        { type: "reasoning_summary_delta", delta: "hm" },
        item({ type: "reasoning", summary: [{ type: "summary_text", text: "hm" }] }),
        { type: "text_delta", delta: "ok" },
        message("ok"),
        shell(["echo", "hi"]),
        completed,
      ],
      text("done"),
    ],
    "task_started token_count agent_reasoning_section_break agent_reasoning_delta agent_reasoning " +
      "agent_message_delta agent_message exec_command_begin exec_command_output_delta exec_command_end " +
      "token_count token_count agent_message token_count task_complete",
  ],
  [
    "two calls in one answer",
    [calls(shell(["true"], {}, "c1"), shell(["true"], {}, "c2")), text("done")],
    "task_started token_count exec_command_begin exec_command_end exec_command_begin " +
      "exec_command_end token_count token_count agent_message token_count task_complete",
  ],
  [
    "a patch",
    [calls(call("apply_patch", { input: patch })), text("done")],
    "task_started token_count patch_apply_begin patch_apply_end turn_diff token_count turn_diff " +
      "token_count agent_message token_count turn_diff task_complete",
  ],
  [
    "a plan",
    [calls(call("update_plan", { plan: [{ step: "one", status: "pending" }] })), text("done")],
    "task_started token_count plan_update token_count token_count agent_message token_count task_complete",
  ],
  [
    "a failure of the model",
    [[started, fail("no such model")]],
    "task_started token_count error task_complete",
  ],
  [
    "a tool nobody has",
    [calls(call("teleport", {})), text("done")],
    "task_started token_count token_count token_count agent_message token_count task_complete",
  ],
  [
    "a search of the provider's own",
    [
      [
        started,
        { type: "web_search_begin", callId: "ws" },
        item({ type: "web_search_call", id: "ws", action: { type: "search", query: "q" } }),
        message("found"),
        completed,
      ],
    ],
    "task_started token_count web_search_begin web_search_end agent_message token_count task_complete",
  ],
];

describe("a task", () => {
  it.each(orders)("acceptance 31: tells %s in order", async (_, script, expected) => {
    const { say, events } = await stage({ script, request: free });
    await say("go");
    expect(order(events).join(" ")).toBe(expected);
  });

  it("ends with the last text of its last answer", async () => {
    const { say, events } = await stage({
      script: [
        [started, message("first"), shell(["true"]), completed],
        [started, message("second"), message("third"), completed],
      ],
      request: free,
    });
    expect(await say("go")).toEqual({ status: "completed", lastAgentMessage: "third" });
    expect(events.at(-1)?.msg).toEqual({ type: "task_complete", last_agent_message: "third" });
  });

  it("without input completes at once and asks nobody", async () => {
    const { conversation, events, requests } = await stage();
    const { outcome } = conversation.submit({ items: [], approve: () => Promise.reject() });
    expect(await outcome).toEqual({ status: "completed", lastAgentMessage: null });
    expect(order(events)).toEqual(["task_complete"]);
    expect(requests).toEqual([]);
  });

  it("tells a failure before its end, and the conversation goes on", async () => {
    const { say, events } = await stage({ script: [[fail("no money left")], text("back")] });
    expect(await say("go")).toEqual({ status: "failed", message: "no money left" });
    expect(events.map(({ msg }) => msg).slice(-2)).toEqual([
      { type: "error", message: "no money left" },
      { type: "task_complete", last_agent_message: null },
    ]);
    expect(await say("again")).toEqual({ status: "completed", lastAgentMessage: "back" });
  });

  it("fails when the provider breaks its promise and throws", async () => {
    const { say, complaints } = await stage({
      script: [
        // eslint-disable-next-line require-yield -- this model throws before it says anything
        async function* () {
          throw new Error("bug");
        },
      ],
    });
    expect(await say("go")).toEqual({ status: "failed", message: "internal error: bug" });
    expect(complaints).toHaveLength(1);
  });

  it("sums up usage and reports the window", async () => {
    const { say, events } = await stage({
      script: [calls(shell(["true"])), text("x")],
      request: free,
    });
    await say("go");
    const counts = events.map(({ msg }) => msg).filter((msg) => msg.type === "token_count");
    expect(counts.map(({ info }) => info?.total_token_usage.total_tokens)).toEqual([
      undefined,
      15,
      15,
      30,
    ]);
    expect(counts.at(-1)?.info?.last_token_usage).toEqual(usage);
    expect(counts.at(-1)?.info?.model_context_window).toBe(1000);
    expect(counts[0]).toEqual({
      type: "token_count",
      info: null,
      rate_limits: { primary: null, secondary: null },
    });
  });

  it("shows raw reasoning only where the settings ask for it", async () => {
    const answer: ModelEvent[] = [
      started,
      { type: "reasoning_delta", delta: "raw" },
      item({ type: "reasoning", summary: [], content: [{ type: "reasoning_text", text: "raw" }] }),
      message("x"),
      completed,
    ];
    const quiet = await stage({ script: [answer] });
    await quiet.say("go");
    expect(order(quiet.events).filter((type) => type.includes("raw"))).toEqual([]);
    const loud = await stage({ script: [answer], config: { show_raw_agent_reasoning: true } });
    await loud.say("go");
    expect(order(loud.events).filter((type) => type.includes("raw"))).toEqual([
      "agent_reasoning_raw_content_delta",
      "agent_reasoning_raw_content",
    ]);
  });
});

describe("the history", () => {
  it("acceptance 5: grows only at its end, and tools and instructions stay the same", async () => {
    const { say, requests } = await stage({
      script: [calls(shell(["true"])), text("one"), text("two")],
      request: free,
    });
    await say("first");
    await say("second");
    expect(requests).toHaveLength(3);
    for (const [at, later] of requests.slice(1).entries()) {
      const earlier = requests[at];
      expect(later.input.slice(0, earlier?.input.length)).toEqual(earlier?.input);
      expect(JSON.stringify(later.tools)).toBe(JSON.stringify(earlier?.tools));
      expect(later.instructions).toBe(earlier?.instructions);
    }
  });

  it("acceptance 10: has each call followed by its output, in order of arrival", async () => {
    const { say, requests } = await stage({
      script: [
        calls(message("look"), shell(["echo", "1"], {}, "c1"), call("nope", {}, "c2")),
        text("done"),
      ],
      request: free,
    });
    await say("go");
    expect(requests[1]?.input.slice(-5).map((entry) => entry.type)).toEqual([
      "message",
      "function_call",
      "function_call_output",
      "function_call",
      "function_call_output",
    ]);
    expect(outputs(requests[1])[1]).toBe("unsupported call: nope");
  });

  it("keeps nothing of an answer that failed", async () => {
    const { say, requests } = await stage({
      script: [[started, message("half"), fail("broken")], text("ok")],
    });
    await say("first");
    await say("second");
    expect(JSON.stringify(requests[1]?.input)).not.toContain("half");
    expect(JSON.stringify(requests[1]?.input)).toContain("first");
  });
});

describe("a broken answer", () => {
  const retrying = { streamMaxRetries: 2, request: free };
  const broken = fail("gone", { retryable: true, retryAfterMs: 1 });

  it("acceptance 17: is asked for again, each retry told with its wait", async () => {
    const { say, events } = await stage({
      ...retrying,
      script: [[broken], [broken], text("ok")],
    });
    expect(await say("go")).toEqual({ status: "completed", lastAgentMessage: "ok" });
    const told = events.map(({ msg }) => msg).filter((msg) => msg.type === "stream_error");
    expect(told.map((msg) => msg.message)).toEqual([
      "stream error: gone; retrying 1/2 in 1ms…",
      "stream error: gone; retrying 2/2 in 1ms…",
    ]);
  });

  it("acceptance 17: ends the task when the retries are used up", async () => {
    const { say, events, requests } = await stage({
      ...retrying,
      script: [[broken], [broken], [broken], text("never")],
    });
    expect(await say("go")).toEqual({ status: "failed", message: "gone" });
    expect(order(events)).toEqual([
      "task_started",
      "stream_error",
      "stream_error",
      "error",
      "task_complete",
    ]);
    expect(requests).toHaveLength(3);
  });

  it("ends the task at once when asking again cannot help", async () => {
    const { say, requests } = await stage({ ...retrying, script: [[fail("bad request")]] });
    expect(await say("go")).toEqual({ status: "failed", message: "bad request" });
    expect(requests).toHaveLength(1);
  });

  it("is one that ends without its closing event, too", async () => {
    const { say } = await stage({ script: [[started, message("half")]] });
    expect(await say("go")).toMatchObject({
      status: "failed",
      message: expect.stringContaining("stream disconnected before completion") as string,
    });
  });

  it("defect 5: does not run its finished calls again: the next attempt carries their outputs", async () => {
    const log = ["bash", "-c", "echo ran >> log.txt; wc -l < log.txt"];
    const { say, requests } = await stage({
      ...retrying,
      script: [
        [started, message("I look"), shell(log), message("lost"), broken],
        [started, message("I saw it"), completed],
        text("later"),
      ],
    });
    expect(await say("go")).toEqual({ status: "completed", lastAgentMessage: "I saw it" });
    expect(outputs(requests[1])).toHaveLength(1);
    expect(outputs(requests[1])[0]).toContain('"output":"1\\n"');
    expect(JSON.stringify(requests[1]?.input)).not.toContain("lost");
    await say("more");
    expect(outputs(requests[2])).toHaveLength(1);
  });

  it("is not waited out by an interrupted task", async () => {
    const { say, conversation, seen, events } = await stage({
      ...retrying,
      script: [[fail("gone", { retryable: true, retryAfterMs: 60_000 })]],
    });
    const outcome = say("go");
    await seen("stream_error");
    expect(await conversation.interrupt()).toBe(true);
    expect(await outcome).toEqual({ status: "aborted", reason: "interrupted" });
    expect(order(events).at(-1)).toBe("turn_aborted");
  });
});

/** False also for a process that ended and only waits to be collected by its parent. */
function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^\d+ \(.*\) Z/s.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

describe("an interrupt", () => {
  it("acceptance 15: while the model is silent ends the task and leaves no trace but the person's words", async () => {
    const { say, conversation, seen, requests, events } = await stage({
      script: [hanging(started, { type: "text_delta", delta: "par" }, message("part")), text("ok")],
    });
    const outcome = say("first");
    await seen("agent_message");
    expect(await conversation.interrupt()).toBe(true);
    expect(await outcome).toEqual({ status: "aborted", reason: "interrupted" });
    expect(events.at(-1)?.msg).toEqual({ type: "turn_aborted", reason: "interrupted" });
    await say("second");
    const input = JSON.stringify(requests[1]?.input);
    expect(input).toContain("first");
    expect(input).not.toContain("part");
  });

  it("acceptance 15, defect 4: while a command runs kills it with its children, and only the turn ends", async () => {
    const { say, conversation, seen, events, requests } = await stage({
      script: [calls(shell(["bash", "-c", "sleep 60 & echo $!; wait"], { timeout_ms: 60_000 }))],
      request: free,
    });
    const outcome = say("go");
    const { chunk } = await seen("exec_command_output_delta");
    const child = Number(Buffer.from(chunk, "base64").toString());
    expect(await conversation.interrupt()).toBe(true);
    expect(await outcome).toMatchObject({ status: "aborted" });
    expect(order(events).slice(-2)).toEqual(["exec_command_output_delta", "turn_aborted"]);
    expect(order(events)).not.toContain("exec_command_end");
    await vi.waitFor(() => expect(runs(child)).toBe(false));
    expect(requests).toHaveLength(1);
  });

  it("acceptance 14, acceptance 15: while a question is open withdraws it and ignores the late answer", async () => {
    const late = Promise.withResolvers<{ decision: "approved" }>();
    const { say, conversation, seen, events, questionSignals } = await stage({
      script: [calls(shell(["touch", "x"]))],
      request: { approvalPolicy: "untrusted" },
      answers: [() => late.promise],
    });
    const outcome = say("go");
    await seen("exec_approval_request");
    expect(await conversation.interrupt()).toBe(true);
    expect(await outcome).toMatchObject({ status: "aborted" });
    expect(questionSignals[0]?.aborted).toBe(true);
    late.resolve({ decision: "approved" });
    await new Promise((resolve) => setImmediate(resolve));
    expect(order(events).at(-1)).toBe("turn_aborted");
    expect(order(events)).not.toContain("exec_command_begin");
  });

  it("defect 8: without a running task is answered at once", async () => {
    const { conversation, events } = await stage();
    expect(await conversation.interrupt()).toBe(false);
    expect(events).toEqual([]);
  });
});
