import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatForModel, shellResultJson } from "../../../../plugins/engine/exec/output.ts";

const lines = (count: number, text = "line") =>
  Array.from({ length: count }, (_, at) => `${text} ${at + 1}\n`).join("");

describe("acceptance 8: formatForModel", () => {
  it.each([
    ["nothing", ""],
    ["256 lines", lines(256)],
    ["10240 bytes", "x".repeat(10_240)],
    ["one line without an end", "abc"],
  ])("leaves %s as it is", (_what, text) => {
    expect(formatForModel(text)).toBe(text);
  });

  it("shows the first and the last 128 of 257 lines", () => {
    const shown = formatForModel(lines(257));
    expect(shown).toBe(
      `${lines(128).trimEnd()}\n[... omitted 1 of 257 lines ...]\n\n${lines(257).split("\n").slice(129, 257).join("\n")}`,
    );
  });

  it("shows only the head of one line that is too long", () => {
    expect(formatForModel("x".repeat(10_241))).toBe(
      `${"x".repeat(5120)}\n[... omitted 0 of 1 lines ...]\n\n`,
    );
  });

  it("cuts long lines at both ends to 10240 bytes", () => {
    const shown = formatForModel(lines(200, "y".repeat(100)));
    expect(Buffer.byteLength(shown)).toBe(10_240);
    expect(shown).toContain("\n[... omitted 0 of 200 lines ...]\n\n");
    expect(shown.endsWith(" 200")).toBe(true);
  });

  it("never exceeds the limits nor cuts a character", () => {
    const text = fc
      .array(
        fc.tuple(fc.constantFrom("é", "😀", "a", "\n", "€€\n"), fc.integer({ min: 1, max: 4000 })),
      )
      .map((parts) => parts.map(([piece, times]) => piece.repeat(times)).join(""));
    fc.assert(
      fc.property(text, (whole) => {
        const shown = formatForModel(whole);
        expect(Buffer.byteLength(shown)).toBeLessThanOrEqual(10_240);
        expect(shown).not.toContain("\uFFFD");
      }),
      { numRuns: 200 },
    );
  });
});

describe("acceptance 8: shellResultJson", () => {
  it.each([
    [0, "0.0"],
    [49, "0.0"],
    [50, "0.1"],
    [1234, "1.2"],
    [60_000, "60.0"],
  ])("gives %d ms as %s seconds", (durationMs, seconds) => {
    expect(shellResultJson('a"\n', 3, durationMs)).toBe(
      `{"output":"a\\"\\n","metadata":{"exit_code":3,"duration_seconds":${seconds}}}`,
    );
  });
});
