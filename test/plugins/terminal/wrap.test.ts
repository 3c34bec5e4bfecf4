import { describe, expect, it } from "vitest";
import { columnsOf, pieces, Prose, wrapped } from "../../../plugins/terminal/wrap.ts";

const at = (columns: number | undefined) => () => columns;

describe("prose", () => {
  it.each<[string, string, string]>([
    ["fits", "one two", "one two"],
    ["is broken between words", "one two three four", "one two\nthree four"],
    ["keeps its own lines and indents", "a\n\n  b  c\n", "a\n\n  b  c\n"],
    [
      "keeps a long word whole",
      "see https://example.test/page now",
      "see\nhttps://example.test/page\nnow",
    ],
    [
      "leaves code alone",
      "```\nlet x = one + two\n```\none two three",
      "```\nlet x = one + two\n```\none two\nthree",
    ],
    ["counts wide characters twice", "漢字 漢字 漢字", "漢字 漢字\n漢字"],
    [
      "counts no marks",
      "e\u0301e\u0301e\u0301e\u0301e\u0301 e\u0301e\u0301",
      "e\u0301e\u0301e\u0301e\u0301e\u0301 e\u0301e\u0301",
    ],
  ])("%s", (_, text, expected) => {
    expect(wrapped(text, at(10))).toBe(expected);
  });

  it("is the same however it is cut as it streams in", () => {
    const text = "one two three, four\n\n- five six seven\n";
    const prose = new Prose(at(12));
    const streamed =
      Array.from(text)
        .map((letter) => prose.add(letter))
        .join("") + prose.end();
    expect(streamed).toBe(wrapped(text, at(12)));
    expect(streamed.split("\n").every((line) => columnsOf(line) <= 12)).toBe(true);
  });

  it("holds only the last word back", () => {
    const prose = new Prose(at(80));
    expect(prose.add("one two th")).toBe("one two");
    expect(prose.end()).toBe(" th");
  });

  it("is left as it is where there is no terminal", () => {
    expect(new Prose(at(undefined)).add("one two th")).toBe("one two th");
    expect(wrapped("word ".repeat(50), at(undefined))).toBe("word ".repeat(50));
  });
});

describe("a line of output", () => {
  it.each<[string, number | undefined, string[]]>([
    ["short", 20, ["short"]],
    ["0123456789abcdefXYZ", 20, ["0123456789abcdef", "XYZ"]],
    ["漢字漢字漢字漢字漢字", 15, ["漢字漢字漢", "字漢字漢字"]],
    ["x".repeat(100), undefined, ["x".repeat(100)]],
    ["too narrow to break", 8, ["too narrow to break"]],
  ])("%j in %s columns", (line, columns, expected) => {
    expect(pieces(line, at(columns), 4)).toEqual(expected);
  });
});
