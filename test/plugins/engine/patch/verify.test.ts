import { execFileSync } from "node:child_process";
import { readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { FileChange } from "../../../../core/index.ts";
import { PatchError } from "../../../../plugins/engine/patch/error.ts";
import { verifyPatch } from "../../../../plugins/engine/patch/verify.ts";
import { folderWith, patchOf } from "./folder.ts";

const files = { "a.txt": "a\n", "b.txt": "1\n2\n3\n4\n", "dir/c.txt": "c\n" };

function add(content: string): FileChange {
  return { add: { content } };
}
function gone(content: string): FileChange {
  return { delete: { content } };
}
function changed(unified_diff: string, move_path: string | null = null): FileChange {
  return { update: { unified_diff, move_path } };
}
const aToB = "@@ -1 +1 @@\n-a\n+b\n";

const cases: [string, string[], Record<string, FileChange>][] = [
  ["nothing", [], {}],
  ["a new file", ["*** Add File: n/e/w.txt", "+x"], { "n/e/w.txt": add("x\n") }],
  ["a file added over another", ["*** Add File: a.txt", "+x"], { "a.txt": add("x\n") }],
  ["a deleted file", ["*** Delete File: a.txt"], { "a.txt": gone("a\n") }],
  [
    "an update with one line around it",
    ["*** Update File: b.txt", "@@", "-3", "+x"],
    { "b.txt": changed("@@ -2,3 +2,3 @@\n 2\n-3\n+x\n 4\n") },
  ],
  [
    "a move",
    ["*** Update File: a.txt", "*** Move to: n/d.txt", "@@", "-a", "+b"],
    { "a.txt": changed(aToB, "n/d.txt") },
  ],
  [
    "a move onto itself as an update",
    ["*** Update File: a.txt", "*** Move to: ./a.txt", "@@", "-a", "+b"],
    { "a.txt": changed(aToB) },
  ],
  [
    "two updates of one file",
    ["*** Update File: a.txt", "@@", "-a", "+x", "*** Update File: ./a.txt", "@@", "-x", "+b"],
    { "a.txt": changed(aToB) },
  ],
  [
    "an update of an added file",
    ["*** Add File: n", "+x", "*** Update File: n", "@@", "-x", "+y"],
    { n: add("y\n") },
  ],
  [
    "an update of a moved file",
    [
      "*** Update File: a.txt",
      "*** Move to: n",
      "@@",
      "-a",
      "+x",
      "*** Update File: n",
      "@@",
      "-x",
      "+b",
    ],
    { "a.txt": changed(aToB, "n") },
  ],
  [
    "a file moved twice",
    [
      "*** Update File: a.txt",
      "*** Move to: m",
      "@@",
      "-a",
      "+x",
      "*** Update File: m",
      "*** Move to: n",
      "@@",
      "-x",
      "+b",
    ],
    { "a.txt": changed(aToB, "n") },
  ],
  [
    "a moved and deleted file",
    ["*** Update File: a.txt", "*** Move to: n", "@@", "-a", "*** Delete File: n"],
    { "a.txt": gone("a\n") },
  ],
  [
    "a move over a file that is then deleted",
    ["*** Update File: a.txt", "*** Move to: b.txt", "@@", "-a", "*** Delete File: b.txt"],
    { "a.txt": gone("a\n"), "b.txt": gone("1\n2\n3\n4\n") },
  ],
  [
    "a new file in the place of a moved one",
    ["*** Update File: a.txt", "*** Move to: n", "@@", "-a", "+b", "*** Add File: a.txt", "+z"],
    { "a.txt": add("z\n"), n: add("b\n") },
  ],
  [
    "a moved new file",
    ["*** Add File: m", "+x", "*** Update File: m", "*** Move to: n", "@@", "-x", "+y"],
    { n: add("y\n") },
  ],
  ["a file added and deleted", ["*** Add File: n", "+x", "*** Delete File: n"], {}],
  [
    "a folder in the place of a file",
    ["*** Delete File: a.txt", "*** Add File: a.txt/b", "+x"],
    { "a.txt": gone("a\n"), "a.txt/b": add("x\n") },
  ],
];

const failures: [string, string[], string][] = [
  [
    "a missing file to update",
    ["*** Update File: n", "@@", "+x"],
    "cannot update n: no such file or directory (ENOENT)",
  ],
  [
    "a missing file to delete",
    ["*** Delete File: n"],
    "cannot delete n: no such file or directory (ENOENT)",
  ],
  ["a folder to update", ["*** Update File: dir", "@@", "+x"], "cannot update dir: is a folder"],
  ["a folder to delete", ["*** Delete File: dir"], "cannot delete dir: is a folder"],
  ["a folder to add over", ["*** Add File: dir", "+x"], "cannot add dir: is a folder"],
  [
    "a folder to move onto",
    ["*** Update File: a.txt", "*** Move to: dir", "@@", "+x"],
    "cannot move to dir: is a folder",
  ],
  [
    "a file used as a folder",
    ["*** Add File: a.txt/b", "+x"],
    "cannot add a.txt/b: not a directory (ENOTDIR)",
  ],
  [
    "a file that the patch deleted",
    ["*** Delete File: a.txt", "*** Update File: a.txt", "@@", "+x"],
    "cannot update a.txt: no such file or directory (ENOENT)",
  ],
  [
    "a file that the patch moved",
    ["*** Update File: a.txt", "*** Move to: n", "@@", "+x", "*** Delete File: a.txt"],
    "cannot delete a.txt: no such file or directory (ENOENT)",
  ],
  [
    "lines that do not match",
    ["*** Update File: dir/c.txt", "@@", "-x"],
    "cannot find these lines in dir/c.txt:\nx",
  ],
];

function absolute(folder: string, changes: Record<string, FileChange>): object {
  const move = (change: FileChange): FileChange =>
    "update" in change && change.update.move_path !== null
      ? changed(change.update.unified_diff, join(folder, change.update.move_path))
      : change;
  return Object.fromEntries(
    Object.entries(changes).map(([path, change]) => [join(folder, path), move(change)]),
  );
}

describe("acceptance 20: verifyPatch", () => {
  it.each(cases)("describes %s", async (_, lines, changes) => {
    const folder = folderWith(files);
    const patch = await verifyPatch(patchOf(...lines), folder);
    expect(patch.changes).toEqual(absolute(folder, changes));
    expect(patch.empty).toBe(lines.length === 0);
    expect(readdirSync(folder, { recursive: true, encoding: "utf8" }).toSorted()).toEqual([
      "a.txt",
      "b.txt",
      "dir",
      "dir/c.txt",
    ]);
  });

  it.each(failures)("refuses %s", async (_, lines, message) => {
    const patch = verifyPatch(patchOf(...lines), folderWith(files));
    await expect(patch).rejects.toThrow(new PatchError(message));
  });

  it("lists every path once, move targets too, absolute", async () => {
    const folder = folderWith(files);
    const text = patchOf(
      "*** Update File: a.txt",
      "*** Move to: sub/../m",
      "@@",
      "-a",
      "*** Update File: dir/../b.txt",
      "@@",
      "-1",
      "*** Update File: b.txt",
      "@@",
      "-2",
      `*** Delete File: ${folder}/dir/c.txt`,
    );
    const { paths } = await verifyPatch(text, folder);
    expect(paths).toEqual(["a.txt", "m", "b.txt", "dir/c.txt"].map((path) => join(folder, path)));
  });

  it.each([
    ["invalid UTF-8", Buffer.from([0x61, 0x0a, 0xff, 0x0a])],
    ["UTF-16", Buffer.from("a\n", "utf16le").fill(0xd8, 1, 2)],
  ])("refuses to update %s, but deletes it", async (_, bytes) => {
    const folder = folderWith({ bin: bytes });
    const update = verifyPatch(patchOf("*** Update File: bin", "@@", "+x"), folder);
    await expect(update).rejects.toThrow(new PatchError("cannot update bin: it is not UTF-8 text"));
    const removal = await verifyPatch(patchOf("*** Delete File: bin"), folder);
    expect(Object.keys(removal.changes)).toEqual([join(folder, "bin")]);
  });

  it("does not wait for a pipe", async () => {
    const folder = folderWith();
    execFileSync("mkfifo", [join(folder, "pipe")]);
    const patch = verifyPatch(patchOf("*** Update File: pipe", "@@", "+x"), folder);
    await expect(patch).rejects.toThrow("cannot update pipe: is not a regular file");
  });

  it("takes two names of one file as one file", async () => {
    const folder = folderWith(files);
    symlinkSync("a.txt", join(folder, "link"));
    const text = patchOf(
      "*** Update File: a.txt",
      "@@",
      "-a",
      "+x",
      "*** Update File: link",
      "@@",
      "-x",
      "+b",
    );
    const { changes } = await verifyPatch(text, folder);
    expect(changes).toEqual({ [join(folder, "a.txt")]: changed(aToB) });
  });

  it.each([
    ["a.txt", "link"],
    ["link", "a.txt"],
    ["link", "n"],
  ])("refuses to move %s to %s", async (from, to) => {
    const folder = folderWith(files);
    symlinkSync("a.txt", join(folder, "link"));
    const text = patchOf(`*** Update File: ${from}`, `*** Move to: ${to}`, "@@", "-a", "+b");
    await expect(verifyPatch(text, folder)).rejects.toThrow(
      new PatchError(`cannot move ${from} to ${to}: a symbolic link is in the way`),
    );
  });

  it("checks many changes of a large file", async () => {
    // A slow machine would get the long form of the difference.
    vi.useFakeTimers({ toFake: ["Date"] });
    onTestFinished(() => void vi.useRealTimers());
    const lines = Array.from({ length: 120_000 }, (_, i) => `${i} ${"some text ".repeat(4)}`);
    const folder = folderWith({ big: `${lines.join("\n")}\n` });
    const chunks = Array.from({ length: 50 }, (_, i) => ["@@", `-${lines[i * 2000] ?? ""}`, "+x"]);
    const { changes } = await verifyPatch(
      patchOf("*** Update File: big", ...chunks.flat()),
      folder,
    );
    expect(JSON.stringify(changes).split("@@ -").length).toBe(51);
  });
});
