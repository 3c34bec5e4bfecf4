import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { levels, LineIndex } from "../../../../plugins/engine/patch/seek.ts";

interface Search {
  readonly lines: string[];
  readonly block: string[];
  readonly from: number;
  readonly atEnd: boolean;
}

/** The definition, word for word: a level over the whole range before the next. */
function naive({ lines, block, from, atEnd }: Search): number | undefined {
  const last = lines.length - block.length;
  for (const level of levels) {
    for (let at = atEnd ? Math.max(from, last) : from; at <= last; at += 1) {
      if (block.every((line, i) => level(line) === level(lines[at + i] ?? ""))) return at;
    }
  }
  return undefined;
}

const cases: [string, string[], string[], number, boolean, number | undefined][] = [
  ["an exact block", ["a", "b", "c"], ["b", "c"], 0, false, 1],
  ["the first of two", ["a", "x", "a"], ["a"], 0, false, 0],
  ["the first at or after the start", ["a", "x", "a"], ["a"], 1, false, 2],
  ["nothing before the start", ["a", "x"], ["a"], 1, false, undefined],
  ["nothing that reaches past the end", ["a"], ["a", "b"], 0, false, undefined],
  ["an exact match further down before a lenient one", ["a ", "a"], ["a"], 0, false, 1],
  ["trailing blanks", ["a \t", "b"], ["a", "b  "], 0, false, 0],
  ["trailing blanks before leading ones", ["  a", "a "], ["a"], 0, false, 1],
  ["indentation", ["    a"], ["a"], 0, false, 0],
  ["indentation before punctuation", ["“a”", '  "a"'], ['"a"'], 0, false, 1],
  ["dashes", ["a – b — c − d ‐ e"], ["a - b - c - d - e"], 0, false, 0],
  ["quotes", ["‘a’ ‚‛b “c” „‟d"], ["'a' ''b \"c\" \"\"d"], 0, false, 0],
  ["spaces", ["a\u00A0b\u2009c\u3000d"], ["a b c d"], 0, false, 0],
  ["only the end with the mark", ["a", "b", "a"], ["a"], 0, true, 2],
  ["nothing with the mark when the end differs", ["a", "b"], ["a"], 0, true, undefined],
  [
    "nothing with the mark when the end lies before the start",
    ["a", "b"],
    ["a", "b"],
    1,
    true,
    undefined,
  ],
];

describe("LineIndex", () => {
  it.each(cases)("finds %s", (_, lines, block, from, atEnd, expected) => {
    expect(new LineIndex(lines).find(block, from, atEnd)).toBe(expected);
  });

  it("finds what a plain search finds", () => {
    const text = fc.constantFrom("a", "b", " a", "a ", "  b", "-", "–", "", " ", "'a'", "‘a’");
    const search = fc.record({
      lines: fc.array(text, { maxLength: 12 }),
      block: fc.array(text, { minLength: 1, maxLength: 4 }),
      from: fc.nat(12),
      atEnd: fc.boolean(),
    });
    fc.assert(
      fc.property(search, (one) => {
        const { lines, block, from, atEnd } = one;
        expect(new LineIndex(lines).find(block, from, atEnd)).toBe(naive(one));
      }),
      { numRuns: 5000 },
    );
  });

  it("takes no longer for lines that repeat", () => {
    const lines = Array.from({ length: 400_000 }, (_, i) => (i % 2 === 0 ? "{" : "}"));
    const block = [...lines.slice(0, 100_000), "{", "{"];
    // Line by line, 15,000 million comparisons at each of four levels: the test would time out.
    expect(new LineIndex(lines).find(block, 0)).toBeUndefined();
  });
});
