import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { InLine } from "../../../host/mcp/in-line.ts";
import { OpenCall } from "../../../host/rpc/calls.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function call(id: number): OpenCall {
  return new OpenCall(id, "m", () => undefined);
}

describe("requests in line", () => {
  it("wait for the answer of the one before", async () => {
    const line = new InLine();
    const [first, second] = [call(1), call(2)];
    expect(line.enter(first, "in-line")).toBeUndefined();
    const turn = line.enter(second, "in-line");
    let isTurn = false;
    void turn?.then(() => (isTurn = true));
    await vi.advanceTimersByTimeAsync(900);
    expect(isTurn).toBe(false);
    first.answer("{}");
    await turn;
    second.answer("{}");
    expect(line.enter(call(3), "in-line")).toBeUndefined();
  });

  it("are held up for a second at most, counted from when the slow one began", async () => {
    const line = new InLine();
    expect(line.enter(call(1), "in-line")).toBeUndefined();
    const seen: number[] = [];
    void line.enter(call(2), "in-line")?.then(() => seen.push(2));
    void line.enter(call(3), "in-line")?.then(() => seen.push(3));
    await vi.advanceTimersByTimeAsync(1000);
    expect(seen).toEqual([2]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(seen).toEqual([2, 3]);
  });

  it("are not held up by queued ones, which wait themselves; others never wait", async () => {
    const line = new InLine();
    const first = call(1);
    expect(line.enter(first, "in-line")).toBeUndefined();
    const queued = line.enter(call(2), "queued");
    const next = line.enter(call(3), "in-line");
    expect(line.enter(call(4), undefined)).toBeUndefined();
    first.answer("{}");
    await queued;
    await next;
  });
});
