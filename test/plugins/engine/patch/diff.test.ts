import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { unifiedHunks } from "../../../../plugins/engine/patch/diff.ts";
import { folderWith } from "./folder.ts";

const numbers = Array.from({ length: 12 }, (_, i) => `${i + 1}\n`).join("");
const bare = "\\ No newline at end of file\n";

const cases: [string, string, string, string][] = [
  ["nothing for equal texts", "a\n", "a\n", ""],
  ["a changed line alone", "a\n", "b\n", "@@ -1 +1 @@\n-a\n+b\n"],
  [
    "one line around a change",
    numbers,
    numbers.replace("6\n", "x\n"),
    "@@ -5,3 +5,3 @@\n 5\n-6\n+x\n 7\n",
  ],
  ["an insertion", "1\n2\n", "1\nx\n2\n", "@@ -1,2 +1,3 @@\n 1\n+x\n 2\n"],
  ["a removal", "1\nx\n2\n", "1\n2\n", "@@ -1,3 +1,2 @@\n 1\n-x\n 2\n"],
  ["text in an empty file", "", "a\nb\n", "@@ -0,0 +1,2 @@\n+a\n+b\n"],
  ["all text gone", "a\n", "", "@@ -1 +0,0 @@\n-a\n"],
  [
    "several changes",
    numbers,
    numbers.replace("2\n", "x\n").replace("9\n", ""),
    "@@ -1,3 +1,3 @@\n 1\n-2\n+x\n 3\n@@ -8,3 +8,2 @@\n 8\n-9\n 10\n",
  ],
  ["a newline that is added", "a\nb", "a\nb\n", `@@ -1,2 +1,2 @@\n a\n-b\n${bare}+b\n`],
  ["a newline that is removed", "a\nb\n", "a\nb", `@@ -1,2 +1,2 @@\n a\n-b\n+b\n${bare}`],
  ["context without a newline", "a\nb\nc", "a\nx\nc", `@@ -1,3 +1,3 @@\n a\n-b\n+x\n c\n${bare}`],
  ["a removal below equal lines", "1\nx\nx\n2\n", "1\nx\n2\n", "@@ -2,3 +2,2 @@\n x\n-x\n 2\n"],
  ["a removal above the same line", "x\n\n\n1\n", "\n\n1\n", "@@ -1,2 +1 @@\n-x\n \n"],
  ["a changed line ending", "a\nb\n", "a\r\nb\n", "@@ -1,2 +1,2 @@\n-a\n+a\r\n b\n"],
];

/** The lines around the change could be taken for changed ones. */
const shifting: [string, string, number][] = [
  ["a\n\n\r", "\n\n\r", 1],
  ["ä\nä\na\n", "a\nä\na\n", 1],
];

describe("unifiedHunks", () => {
  it.each(cases)("shows %s", async (_, before, after, hunks) => {
    expect(await unifiedHunks(before, after, 1)).toBe(hunks);
  });

  it("describes texts that git turns into each other", async () => {
    const line = fc.constantFrom("a", "b", "c", "", " ", "\\ No", "-", "+", "ä", "\r");
    const text = fc
      .tuple(fc.array(line, { maxLength: 20 }), fc.boolean())
      .map(([lines, ended]) => lines.join("\n") + (ended && lines.length > 0 ? "\n" : ""));
    const context = fc.constantFrom(1, 3);
    await fc.assert(
      fc.asyncProperty(text, text, context, async (before, after, around) => {
        fc.pre(before !== after);
        const hunks = await unifiedHunks(before, after, around);
        const folder = folderWith({ file: before, diff: `--- a/file\n+++ b/file\n${hunks}` });
        execFileSync("git", ["apply", `-C${around}`, "--whitespace=nowarn", "diff"], {
          cwd: folder,
        });
        expect(readFileSync(join(folder, "file"), "utf8")).toBe(after);
      }),
      { numRuns: 150, examples: shifting },
    );
  });

  it("gives up the shortest form rather than make anyone wait", async () => {
    const lines = (word: string) => Array.from({ length: 50_000 }, (_, i) => `${word} ${i}\n`);
    const text = (word: string) => [...lines(word), "same\n", ...lines(word)].join("");
    const hunks = await unifiedHunks(text("old"), text("new"), 1);
    expect(hunks.slice(0, 40)).toBe("@@ -1,100001 +1,100001 @@\n-old 0\n-old 1\n");
    // The shortest form keeps this line.
    expect(hunks).toContain("\n-same\n");
    expect(hunks).toContain("\n+same\n");
    expect(hunks.endsWith("+new 49999\n")).toBe(true);
  });
});
