import { describe, expect, it } from "vitest";
import { PatchError } from "../../../../plugins/engine/patch/error.ts";
import { parsePatch } from "../../../../plugins/engine/patch/parse.ts";
import { rewrite } from "../../../../plugins/engine/patch/rewrite.ts";
import { patchOf } from "./folder.ts";

function update(text: string, ...lines: string[]): string {
  const [section] = parsePatch(patchOf("*** Update File: file.txt", ...lines)).sections;
  if (section?.kind !== "update") throw new Error("not an update");
  return rewrite(text, section.path, section.chunks);
}

const cases: [string, string, string[], string][] = [
  ["replaces a line", "a\nb\nc\n", ["@@", " a", "-b", "+B", " c"], "a\nB\nc\n"],
  [
    "replaces in several places",
    "a\nb\nc\nd\ne\n",
    ["@@", "-b", "+B", "@@", "-d", "+D"],
    "a\nB\nc\nD\ne\n",
  ],
  [
    "looks for each change after the one before",
    "x\ny\nx\ny\n",
    ["@@", " y", "-x", "@@", "-y", "+z"],
    "x\ny\nz\n",
  ],
  ["starts below a header", "f\n  x\ng\n  x\n", ["@@ g", "-  x", "+  y"], "f\n  x\ng\n  y\n"],
  [
    "takes a header without its indentation",
    "class A\n    def f():\n    x\n",
    ["@@ def f():", "-    x"],
    "class A\n    def f():\n",
  ],
  [
    "narrows by nested headers",
    "A\n f\n  x\nB\n f\n  x\n",
    ["@@ B", "@@  f", "-  x", "+  y"],
    "A\n f\n  x\nB\n f\n  y\n",
  ],
  ["appends an addition without a header", "a\nb\n", ["@@", "+c"], "a\nb\nc\n"],
  ["puts an addition below its header", "a\nb\n", ["@@ a", "+x"], "a\nx\nb\n"],
  [
    "puts an addition with the mark at the end",
    "a\nb\n",
    ["@@ a", "+x", "*** End of File"],
    "a\nb\nx\n",
  ],
  [
    "places each addition by its own marker",
    "a\nb\n",
    ["@@ a", "+1", "@@", "+2", "@@", "-b", "+3"],
    "a\n1\n3\n2\n",
  ],
  [
    "lets an addition at the end come before other changes",
    "a\nb\n",
    ["@@", "+end", "@@", "-a", "+A"],
    "A\nb\nend\n",
  ],
  ["fills an empty file", "", ["@@", "+a"], "a\n"],
  ["empties a file", "a\nb\n", ["@@", "-a", "-b"], ""],
  [
    "changes the last occurrence with the mark",
    "a\nb\na\n",
    ["@@", "-a", "+z", "*** End of File"],
    "a\nb\nz\n",
  ],
  ["ends a file that had no newline", "a\nb", ["@@", "-b", "+c"], "a\nc\n"],
  ["keeps blank lines at the end", "a\n\n\n", ["@@", "-a", "+b"], "b\n\n\n"],
  ["puts an addition above an empty line", "a\n\nb\n", ["@@", "+x", " "], "a\nx\n\nb\n"],
  ["takes a bare line below an addition as none", "\nb\n", ["@@", "+x", ""], "\nb\nx\n"],
  ["forgives one empty line too many", "a\nb\n", ["@@", " a", "-b", "+c", ""], "a\nc\n"],
  ["forgives it on both sides", "a\nb\n", ["@@", "-b", "-", "+c", "+"], "a\nc\n"],
  ["forgives it with the mark", "a\nb\n", ["@@", "-b", "+c", " ", "*** End of File"], "a\nc\n"],
  ["takes blanks at the end of lines lightly", "a  \nb\n", ["@@", " a", "-b", "+c"], "a  \nc\n"],
  ["takes indentation lightly", "\ta\n\tb\n", ["@@", " a", "-b", "+\tc"], "\ta\n\tc\n"],
  [
    "takes typography lightly",
    "x = “a – b”\ny\n",
    ["@@", ' x = "a - b"', "-y", "+z"],
    "x = “a – b”\nz\n",
  ],
  ["inserts lines as they stand", "a\n", ["@@", "-a", "+ “b” \t"], " “b” \t\n"],
  [
    "gives new lines the CR LF of the file",
    "a\r\nb\r\nc\r\n",
    ["@@", " a", "-b", "+B", "+B2", " c"],
    "a\r\nB\r\nB2\r\nc\r\n",
  ],
  ["appends in CR LF", "a\r\nb\r\n", ["@@", "+c"], "a\r\nb\r\nc\r\n"],
  ["ends the last line in CR LF", "a\r\nb", ["@@", "-a", "+A"], "A\r\nb\r\n"],
  ["does not double a CR", "a\r\nb\r\n", ["@@", " a\r", "-b\r", "+c\r"], "a\r\nc\r\n"],
  ["matches exactly in a CR LF file first", "x \r\nx\r\n", ["@@", "-x", "+y"], "x \r\ny\r\n"],
  [
    "leaves the odd ending of a mixed file",
    "a\r\nb\nc\r\nd\r\n",
    ["@@", "-c", "+C"],
    "a\r\nb\nC\r\nd\r\n",
  ],
  ["leaves a stray CR in an LF file", "a\r\nb\nc\nd\n", ["@@", " a", "-b", "+B"], "a\r\nB\nc\nd\n"],
  ["keeps a byte order mark", "\uFEFFa\nb\n", ["@@", "-a", "+A"], "\uFEFFA\nb\n"],
  ["keeps it in an emptied file", "\uFEFFa\n", ["@@", "-a"], "\uFEFF"],
];

const failures: [string, string, string[], string][] = [
  [
    "a header that is not there",
    "a\n",
    ["@@ class B", "-a"],
    'cannot find the header "class B" in file.txt',
  ],
  [
    "a nested header that comes earlier",
    "f\nA\n",
    ["@@ A", "@@ f", "+x"],
    'cannot find the header "f" in file.txt after line 2',
  ],
  [
    "lines that are not there",
    "a\nb\n",
    ["@@", " a", "-c", "+d"],
    "cannot find these lines in file.txt:\na\nc",
  ],
  [
    "lines that come earlier",
    "a\nb\n",
    ["@@", "-b", "@@", "-a"],
    "cannot find these lines in file.txt after line 2:\na",
  ],
  [
    "lines that do not end the file",
    "a\nb\n",
    ["@@", "-a", "*** End of File"],
    "cannot find these lines in file.txt at the end of the file:\na",
  ],
];

describe("acceptance 20, defect 16: rewrite", () => {
  it.each(cases)("%s", (_, before, lines, after) => {
    expect(update(before, ...lines)).toBe(after);
  });

  it.each(failures)("names %s", (_, before, lines, message) => {
    expect(() => update(before, ...lines)).toThrow(new PatchError(message));
  });
});
