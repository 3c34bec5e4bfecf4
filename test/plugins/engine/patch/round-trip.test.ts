import { readFileSync } from "node:fs";
import { join } from "node:path";
import { structuredPatch } from "diff";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { applyPatch } from "../../../../plugins/engine/patch/apply.ts";
import { verifyPatch } from "../../../../plugins/engine/patch/verify.ts";
import { folderWith, patchOf } from "./folder.ts";

/**
 * A patch that turns one text into the other, as a careful model would write it: so much context
 * that each place is unmistakable, which in texts of few different lines is everything above.
 */
function patchBetween(before: string, after: string): string {
  const options = { context: Number.MAX_SAFE_INTEGER };
  const { hunks } = structuredPatch("", "", before, after, undefined, undefined, options);
  const lines = hunks.flatMap((hunk) => hunk.lines).filter((line) => !line.startsWith("\\"));
  return patchOf("*** Update File: file", "@@", ...lines);
}

/** The same with a chunk for each change and little context; only right where lines are unique. */
function sparsePatchBetween(before: string, after: string): string {
  const options = { context: 1 };
  const { hunks } = structuredPatch("", "", before, after, undefined, undefined, options);
  const chunks = hunks.map(({ lines }) => [
    "@@",
    ...lines.filter((line) => !line.startsWith("\\")),
  ]);
  return patchOf("*** Update File: file", ...chunks.flat());
}

async function patched(before: string, patchText: string): Promise<string> {
  const folder = folderWith({ file: before });
  const result = await applyPatch(await verifyPatch(patchText, folder), { mayWrite: () => true });
  expect(result.stderr).toBe("");
  return readFileSync(join(folder, "file"), "utf8");
}

const line = fc.oneof(
  fc.constantFrom(
    "",
    " ",
    "a",
    "b",
    "@@",
    "*** End Patch",
    "*** End of File",
    "-x",
    "+x",
    "“q”",
    "\t}",
  ),
  fc
    .string({ unit: "grapheme", maxLength: 6 })
    .map((text) => text.replaceAll(/[\r\n\u0085\uFEFF]/g, "")),
);
const text = fc.array(line, { minLength: 1, maxLength: 12 });
const ending = fc.constantFrom("\n", "\r\n");

const addedAboveBlank = [" ", "“q”", "*** End Patch"].map((added): [string[], string[], string] => [
  [""],
  [added, ""],
  "\n",
]);

function ended(lines: string[], end: string): string {
  return lines.map((one) => one + end).join("");
}

describe("a patch made from the difference of two texts", () => {
  it("gives exactly the new text", async () => {
    await fc.assert(
      fc.asyncProperty(text, fc.array(line, { maxLength: 12 }), ending, async (one, two, end) => {
        fc.pre(one.join("\n") !== two.join("\n"));
        const patch = patchBetween(ended(one, "\n"), ended(two, "\n"));
        expect(await patched(ended(one, end), patch)).toBe(ended(two, end));
      }),
      { numRuns: 300, examples: addedAboveBlank },
    );
  });

  it("gives it with little context where lines are unique", async () => {
    const change = fc.record({ drop: fc.boolean(), put: fc.array(fc.nat(9), { maxLength: 2 }) });
    const changes = fc.array(change, { minLength: 1, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(changes, ending, async (edits, end) => {
        const one = edits.map((_, i) => `line ${i}`);
        const two = edits.flatMap(({ drop, put }, i) => [
          ...(drop ? [] : [`line ${i}`]),
          ...put.map((number, n) => `new ${i}.${n} ${number}`),
        ]);
        fc.pre(one.join("\n") !== two.join("\n"));
        const patch = sparsePatchBetween(ended(one, "\n"), ended(two, "\n"));
        expect(await patched(ended(one, end), patch)).toBe(ended(two, end));
      }),
      { numRuns: 300 },
    );
  });

  it("gives it for added files of any text", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 12 }), async (lines) => {
        const folder = folderWith();
        const added = patchOf("*** Add File: n", ...lines.map((one) => `+${one}`));
        await applyPatch(await verifyPatch(added, folder), { mayWrite: () => true });
        expect(readFileSync(join(folder, "n"), "utf8")).toBe(ended(lines, "\n"));
      }),
      { numRuns: 100 },
    );
  });
});
