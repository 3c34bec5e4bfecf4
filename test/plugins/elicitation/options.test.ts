import { describe, expect, it } from "vitest";
import { Options } from "../../../plugins/elicitation/options.ts";

describe("the options of elicitation", () => {
  it.each([{}, { cancelMeans: "abort" }, { unanswered: "approve" }, { timeoutMs: 1 }])(
    "take %j",
    (options) => {
      expect(Options.safeParse(options).success).toBe(true);
    },
  );

  it.each([
    { cancelMeans: "approve" },
    { unanswered: true },
    { timeoutMs: 0 },
    { timeoutMs: 2 ** 31 },
    { timeout: 1 },
  ])("refuse %j", (options) => {
    expect(Options.safeParse(options).success).toBe(false);
  });
});
