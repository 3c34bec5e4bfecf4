import { describe, expect, it } from "vitest";
import {
  filterProgram,
  pathBeneathAttributes,
  rightsOf,
  rulesetAttributes,
} from "../../../../plugins/engine/sandbox/landlock.ts";

describe("the rights of Landlock", () => {
  // From <linux/landlock.h>; bits 0, 2 and 3 are execute and read.
  it.each([
    [1, 0x1ff2n, 0x17b2n, 0x2n],
    [2, 0x3ff2n, 0x37b2n, 0x2n],
    [3, 0x7ff2n, 0x77b2n, 0x4002n],
    [4, 0x7ff2n, 0x77b2n, 0x4002n],
    [5, 0xfff2n, 0xf7b2n, 0xc002n],
    [7, 0xfff2n, 0xf7b2n, 0xc002n],
  ])(
    "of version %i are all that write, and never to make devices",
    (version, all, folder, file) => {
      expect(rightsOf(version)).toEqual({ restricted: all, folder, file });
      expect(all & 0b1101n).toBe(0n);
      expect(folder & ((1n << 6n) | (1n << 11n))).toBe(0n);
    },
  );
});

describe("the structures of the kernel", () => {
  it.each([
    [1, "f21f000000000000"],
    [3, "f27f000000000000"],
    [4, "f27f0000000000000000000000000000"],
    [6, "f2ff00000000000000000000000000000300000000000000"],
  ])("a ruleset of version %i is as long as the kernel knows it", (version, hex) => {
    expect(rulesetAttributes(version).toString("hex")).toBe(hex);
  });

  it("a path rule is packed", () => {
    expect(pathBeneathAttributes(0xc002n, 258).toString("hex")).toBe("02c000000000000002010000");
  });

  it("a filter is counted in instructions and named by its address", () => {
    const hex = filterProgram(Buffer.alloc(24), 0x7fff_1234_5678n).toString("hex");
    expect(hex).toBe("03000000000000007856" + "3412ff7f0000");
  });
});
