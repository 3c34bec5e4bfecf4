import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { progressToken, trackProgress } from "../../../host/mcp/progress.ts";
import { OpenCall } from "../../../host/rpc/calls.ts";

interface Sent {
  progress: number;
  total?: number;
  message?: string;
}

let call: OpenCall;
let sent: Sent[];
let progress: ReturnType<typeof trackProgress>;
beforeEach(() => {
  vi.useFakeTimers();
  call = new OpenCall(1, "tools/call", () => undefined);
  sent = [];
  progress = trackProgress(call, (params) => sent.push(params));
});
afterEach(() => void vi.useRealTimers());

describe("a progress token", () => {
  it.each<[object, unknown]>([
    [{ _meta: { progressToken: 0 } }, 0],
    [{ _meta: { progressToken: "" } }, ""],
    [{ _meta: { progressToken: "a" } }, "a"],
    [{ _meta: { progressToken: null } }, undefined],
    [{ _meta: { progressToken: {} } }, undefined],
    [{ _meta: 1 }, undefined],
    [{}, undefined],
  ])("of %j is %j", (params, token) => {
    expect(progressToken(params as never)).toBe(token);
  });
});

describe("progress", () => {
  it("goes out at once, counting by itself", () => {
    progress("one");
    vi.advanceTimersByTime(200);
    progress("two");
    expect(sent).toEqual([
      { progress: 1, message: "one" },
      { progress: 2, message: "two" },
    ]);
  });

  it("always grows, whatever the plugin says", () => {
    for (const amount of [5, 5, 3, 9, 9]) {
      progress("x", { progress: amount, total: 10 });
      vi.advanceTimersByTime(200);
    }
    const numbers = sent.map((each) => each.progress);
    expect(numbers).toEqual([5, 5.001, 5.002, 9, 9.001]);
    expect(sent[0]?.total).toBe(10);
  });

  it("is at most ten lines a second, and the newest is not lost", () => {
    for (let step = 0; step < 1000; step += 1) {
      progress(`step ${step}`);
      vi.advanceTimersByTime(1);
    }
    vi.advanceTimersByTime(200);
    expect(sent.length).toBeLessThanOrEqual(11);
    expect(sent.length).toBeGreaterThanOrEqual(9);
    expect(sent.at(-1)?.message).toBe("step 999");
  });

  it("sends what waits before the answer and nothing after it", () => {
    progress("one");
    progress("two");
    call.end();
    progress("three");
    vi.advanceTimersByTime(60_000);
    expect(sent.map(({ message }) => message)).toEqual(["one", "two"]);
  });

  it("says nothing more after a cancel", () => {
    progress("one");
    progress("two");
    call.cancel();
    progress("three");
    vi.advanceTimersByTime(60_000);
    expect(sent.map(({ message }) => message)).toEqual(["one"]);
  });

  it("sends a heartbeat every ten silent seconds", () => {
    vi.advanceTimersByTime(9_999);
    expect(sent).toEqual([]);
    vi.advanceTimersByTime(2);
    expect(sent).toEqual([{ progress: 1 }]);
    progress("busy");
    vi.advanceTimersByTime(20_200);
    expect(sent.slice(1)).toEqual([
      { progress: 2, message: "busy" },
      { progress: 3, message: "busy" },
      { progress: 4, message: "busy" },
    ]);
  });
});
