import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Residents } from "../../../plugins/engine/residents.ts";

function some(count: number) {
  const left: number[] = [];
  const all = Array.from({ length: count }, (_, n) => ({ unload: () => void left.push(n) }));
  return { all, left };
}

describe("idle conversations", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it("leave after a while, unless they were used", () => {
    const residents = new Residents({ idleMs: 1000, idleCount: 10 });
    const { all, left } = some(3);
    for (const one of all) residents.idle(one);
    vi.advanceTimersByTime(900);
    for (const one of all.slice(0, 1)) residents.idle(one);
    for (const one of all.slice(1, 2)) residents.busy(one);
    vi.advanceTimersByTime(200);
    expect(left).toEqual([2]);
    vi.advanceTimersByTime(10_000);
    expect(left).toEqual([2, 0]);
  });

  it("leave beyond a number, the longest idle first", () => {
    const residents = new Residents({ idleMs: 1000, idleCount: 2 });
    const { all, left } = some(4);
    const [first, second, third, fourth] = all;
    for (const one of [first, second, first, third, fourth]) if (one) residents.idle(one);
    expect(left).toEqual([1, 0]);
  });
});
