import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join, sep } from "node:path";
import { describe, expect, it } from "vitest";
import { applyPatch, type ApplyResult } from "../../../../plugins/engine/patch/apply.ts";
import { verifyPatch } from "../../../../plugins/engine/patch/verify.ts";
import { folderWith, patchOf } from "./folder.ts";

async function run(folder: string, ...lines: string[]): Promise<ApplyResult> {
  const patch = await verifyPatch(patchOf(...lines), folder);
  return applyPatch(patch, { mayWrite: () => true });
}

function under(root: string): (path: string) => boolean {
  return (path) => path.startsWith(root + sep);
}

function tree(folder: string): Record<string, string> {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).toSorted();
  const files = names.filter((name) => lstatSync(join(folder, name)).isFile());
  return Object.fromEntries(files.map((name) => [name, readFileSync(join(folder, name), "utf8")]));
}

const cases: [string, string[], Record<string, string>, string][] = [
  ["nothing", [], { a: "a\n", b: "b\n" }, ""],
  [
    "adds in new folders",
    ["*** Add File: x/y/z", "+z"],
    { a: "a\n", b: "b\n", "x/y/z": "z\n" },
    "A x/y/z\n",
  ],
  ["adds over a file", ["*** Add File: a", "+z"], { a: "z\n", b: "b\n" }, "A a\n"],
  ["deletes", ["*** Delete File: a"], { b: "b\n" }, "D a\n"],
  ["updates", ["*** Update File: ./a", "@@", "-a", "+z"], { a: "z\n", b: "b\n" }, "M ./a\n"],
  [
    "moves",
    ["*** Update File: a", "*** Move to: n/a", "@@", "-a", "+z"],
    { b: "b\n", "n/a": "z\n" },
    "M n/a\n",
  ],
  [
    "moves over a file",
    ["*** Update File: a", "*** Move to: b", "@@", "-a", "+z"],
    { b: "z\n" },
    "M b\n",
  ],
  [
    "keeps a file that is moved onto itself",
    ["*** Update File: a", "*** Move to: a", "@@", "-a", "+z"],
    { a: "z\n", b: "b\n" },
    "M a\n",
  ],
  [
    "replaces a file by a folder",
    ["*** Delete File: a", "*** Add File: a/b", "+z"],
    { "a/b": "z\n", b: "b\n" },
    "A a/b\nD a\n",
  ],
  [
    "groups what it did",
    [
      "*** Delete File: b",
      "*** Update File: a",
      "@@",
      "-a",
      "+y",
      "*** Add File: c",
      "+c",
      "*** Update File: a",
      "@@",
      "-y",
      "+z",
    ],
    { a: "z\n", c: "c\n" },
    "A c\nM a\nD b\n",
  ],
];

describe("acceptance 20: applyPatch", () => {
  it.each(cases)("%s", async (_, lines, after, summary) => {
    const folder = folderWith({ a: "a\n", b: "b\n" });
    const result = await run(folder, ...lines);
    const stdout = `Success. Updated the following files:\n${summary}`;
    expect(result).toEqual({ success: true, stdout, stderr: "", refused: [] });
    expect(tree(folder)).toEqual(after);
  });

  it("writes nothing when one path may not be written", async () => {
    const folder = folderWith({ "in/a": "a\n" });
    const text = patchOf("*** Update File: in/a", "@@", "-a", "+z", "*** Add File: out", "+x");
    const patch = await verifyPatch(text, folder);
    const result = await applyPatch(patch, { mayWrite: under(join(folder, "in")) });
    const outside = join(folder, "out");
    expect(result.refused).toEqual([outside]);
    expect(result).toMatchObject({ success: false, stdout: "" });
    expect(result.stderr).toBe(
      `failed to apply the patch: writing is not allowed here: ${outside}\n`,
    );
    expect(tree(folder)).toEqual({ "in/a": "a\n" });
  });

  it.each([
    ["a linked file", ["*** Update File: in/link", "@@", "-s", "+x"]],
    ["a file in a linked folder", ["*** Add File: in/dir/new", "+x"]],
    ["a deleted file in a linked folder", ["*** Delete File: in/dir/secret"]],
    ["a move into a linked folder", ["*** Update File: in/a", "*** Move to: in/dir/a", "@@", "-a"]],
  ])("asks for the real place of %s", async (_, lines) => {
    const folder = folderWith({ "out/secret": "s\n", "in/a": "a\n" });
    symlinkSync("../out/secret", join(folder, "in/link"));
    symlinkSync("../out", join(folder, "in/dir"));
    const before = tree(folder);
    const patch = await verifyPatch(patchOf(...lines), folder);
    const result = await applyPatch(patch, { mayWrite: under(join(folder, "in")) });
    expect(result.success).toBe(false);
    expect(result.refused).toHaveLength(1);
    expect(result.refused[0]).toContain(join(folder, "out"));
    expect(tree(folder)).toEqual(before);
  });

  it("writes through a link and deletes only the link", async () => {
    const folder = folderWith({ a: "a\n" });
    symlinkSync("a", join(folder, "link"));
    await run(folder, "*** Update File: link", "@@", "-a", "+z");
    expect(lstatSync(join(folder, "link")).isSymbolicLink()).toBe(true);
    await run(folder, "*** Delete File: link");
    expect(tree(folder)).toEqual({ a: "z\n" });
    expect(readdirSync(folder)).toEqual(["a"]);
  });

  it("leaves another hard link of the file alone", async () => {
    const folder = folderWith({ a: "a\n" });
    linkSync(join(folder, "a"), join(folder, "other"));
    await run(folder, "*** Update File: a", "@@", "-a", "+z");
    expect(tree(folder)).toEqual({ a: "z\n", other: "a\n" });
  });

  it.each([0o755, 0o600, 0o664])("keeps the mode %o", async (mode) => {
    const folder = folderWith({ a: "a\n" });
    chmodSync(join(folder, "a"), mode);
    await run(folder, "*** Update File: a", "@@", "-a", "+z");
    expect(statSync(join(folder, "a")).mode & 0o7777).toBe(mode);
    expect(readdirSync(folder)).toEqual(["a"]);
  });

  it("refuses files that have changed since the patch was checked", async () => {
    const folder = folderWith({ a: "a\n", b: "b\n" });
    const text = patchOf("*** Update File: a", "@@", "-a", "+z", "*** Add File: n", "+n");
    const patch = await verifyPatch(text, folder);
    writeFileSync(join(folder, "n"), "mine\n");
    const result = await applyPatch(patch, { mayWrite: () => true });
    expect(result.stderr).toBe(
      `failed to apply the patch: ${join(folder, "n")} has changed since the patch was checked\n`,
    );
    expect(tree(folder)).toEqual({ a: "a\n", b: "b\n", n: "mine\n" });
  });

  it("says what was done before the system refused", async () => {
    const folder = folderWith({ a: "a\n", b: "b\n" });
    // Two sections that fit alone: the first makes a file where the second needs a folder.
    const text = patchOf(
      "*** Delete File: b",
      "*** Add File: n",
      "+x",
      "*** Add File: n/deep",
      "+x",
    );
    const result = await applyPatch(await verifyPatch(text, folder), { mayWrite: () => true });
    expect(result).toEqual({
      success: false,
      stdout: "",
      stderr: expect.stringMatching(
        /^failed to apply n\/deep: .*\((EEXIST|ENOTDIR)\)\nDone before that:\nA n\nD b\n$/,
      ) as string,
      refused: [],
    });
    expect(tree(folder)).toEqual({ a: "a\n", n: "x\n" });
  });

  const rootMayWriteAll = process.getuid?.() === 0;
  it.skipIf(rootMayWriteAll)("does not replace a write-protected file", async () => {
    const folder = folderWith({ a: "a\n" });
    chmodSync(join(folder, "a"), 0o444);
    const result = await run(folder, "*** Update File: a", "@@", "-a", "+z");
    expect(result.stderr).toBe("failed to apply a: permission denied (EACCES)\n");
    expect(tree(folder)).toEqual({ a: "a\n" });
  });

  it("leaves no temporary file behind when the rename fails", async () => {
    const folder = folderWith();
    const patch = await verifyPatch(patchOf("*** Add File: n", "+x"), folder);
    let asked = 0;
    const result = await applyPatch(patch, {
      // The last question before the write: a folder appears in the place of the file.
      mayWrite: (path) => {
        asked += 1;
        if (asked === 3) mkdirSync(path);
        return true;
      },
    });
    expect(result.success).toBe(false);
    expect(readdirSync(folder)).toEqual(["n"]);
    expect(existsSync(join(folder, "n"))).toBe(true);
  });
});
