import { describe, expect, it } from "vitest";
import { backOff } from "../../../../plugins/engine/turn/retry.ts";

describe("the wait before a retry", () => {
  it.each([
    [1, 0, 180],
    [1, 1, 220],
    [2, 0.5, 400],
    [5, 0.5, 3200],
  ])("number %i is doubled each time and varied by a tenth (%f -> %i ms)", (retry, random, ms) => {
    expect(backOff(retry, () => random)).toBeCloseTo(ms);
  });
});
