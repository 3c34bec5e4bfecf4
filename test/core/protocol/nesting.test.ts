import { describe, expect, it } from "vitest";
import { nestedEnvironment, nestingDepth } from "../../../core/index.ts";

describe("the depth of an agent within agents", () => {
  it.each([
    [undefined, 0, "1"],
    ["", 0, "1"],
    ["0", 0, "1"],
    ["3", 3, "4"],
    ["-1", 0, "1"],
    ["deep", 0, "1"],
    ["1.5", 0, "1"],
  ])("is read from %j as %i and handed on as %s", (value, depth, next) => {
    const env = { PORTICO_DEPTH: value };
    expect(nestingDepth(env)).toBe(depth);
    expect(nestedEnvironment(env)).toEqual({ PORTICO_DEPTH: next });
  });
});
