import { execFileSync } from "node:child_process";
import {
  chmodSync,
  mkdirSync,
  renameSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { applyPatch } from "../../../../plugins/engine/patch/apply.ts";
import { TurnDiff } from "../../../../plugins/engine/patch/turn-diff.ts";
import { verifyPatch } from "../../../../plugins/engine/patch/verify.ts";
import { folderWith, patchOf } from "./folder.ts";

function git(folder: string, ...parameters: string[]): string {
  const settings = ["-c", "core.quotePath=false", "-c", "user.name=t", "-c", "user.email=t@t"];
  return execFileSync("git", [...settings, ...parameters], { cwd: folder, encoding: "utf8" });
}

function repository(files: Record<string, string | Buffer>): string {
  const folder = folderWith(files);
  git(folder, "init", "-q");
  git(folder, "add", "-A");
  git(folder, "commit", "-q", "--allow-empty", "-m", "before");
  return folder;
}

/** What git says, without the two hints it adds: the mode in index lines, headings of hunks. */
function gitSays(folder: string): string {
  git(folder, "add", "-A");
  return git(folder, "diff", "--cached", "--full-index", "-M")
    .replace(/^(index [0-9a-f]{40}\.\.[0-9a-f]{40}) \d+$/gm, "$1")
    .replace(/^(@@ -[\d,]+ \+[\d,]+ @@).*$/gm, "$1");
}

const numbers = Array.from({ length: 30 }, (_, i) => `line ${i + 1}\n`).join("");
const before = {
  "a.txt": numbers,
  "dir/b.txt": "b\n",
  "c.bin": Buffer.from([0, 1, 2]),
  "d d.txt": "d\n",
  'quo"te\n.txt': "q\n",
  empty: "",
  bare: "no newline",
};

const scenes: [string, (folder: string) => void][] = [
  [
    "an update",
    (at) =>
      writeFileSync(join(at, "a.txt"), numbers.replace("line 9\n", "x\n").replace("line 25\n", "")),
  ],
  ["a change in a folder", (at) => writeFileSync(join(at, "dir/b.txt"), "B\n")],
  ["a new file", (at) => writeFileSync(join(at, "dir/n.txt"), "n\nm\n")],
  ["a new empty file", (at) => writeFileSync(join(at, "n"), "")],
  ["a new script", (at) => writeFileSync(join(at, "n.sh"), "#!/bin/sh\n", { mode: 0o755 })],
  ["a deleted file", (at) => unlinkSync(join(at, "dir/b.txt"))],
  ["a deleted empty file", (at) => unlinkSync(join(at, "empty"))],
  ["a changed mode", (at) => chmodSync(join(at, "a.txt"), 0o755)],
  [
    "a changed mode and text",
    (at) => {
      writeFileSync(join(at, "a.txt"), numbers + "end\n");
      chmodSync(join(at, "a.txt"), 0o755);
    },
  ],
  ["a moved file", (at) => renameSync(join(at, "a.txt"), join(at, "z.txt"))],
  [
    "a moved and changed file",
    (at) => {
      rmSync(join(at, "a.txt"));
      writeFileSync(join(at, "z.txt"), numbers.replace("line 3\n", "x\n"));
    },
  ],
  [
    "a moved file that is no longer like it was",
    (at) => {
      rmSync(join(at, "a.txt"));
      writeFileSync(join(at, "z.txt"), "something else\n".repeat(20));
    },
  ],
  ["a changed binary file", (at) => writeFileSync(join(at, "c.bin"), Buffer.from([0, 3]))],
  ["a deleted binary file", (at) => unlinkSync(join(at, "c.bin"))],
  ["a new binary file", (at) => writeFileSync(join(at, "n.bin"), Buffer.from([9, 0]))],
  [
    "names that need quotes",
    (at) => {
      writeFileSync(join(at, 'quo"te\n.txt'), "Q\n");
      writeFileSync(join(at, "d d.txt"), "D\n");
      writeFileSync(join(at, "grüße.txt"), "n\n");
    },
  ],
  ["a missing newline", (at) => writeFileSync(join(at, "bare"), "no newline\nstill none")],
  [
    "a file that becomes a link",
    (at) => {
      unlinkSync(join(at, "dir/b.txt"));
      symlinkSync("../a.txt", join(at, "dir/b.txt"));
    },
  ],
  [
    "several files in order",
    (at) => {
      writeFileSync(join(at, "z.txt"), "z\n");
      writeFileSync(join(at, "dir/b.txt"), "B\n");
      writeFileSync(join(at, "a.txt"), "a\n");
      unlinkSync(join(at, "bare"));
    },
  ],
];

const touched = [...Object.keys(before), "z.txt", "n", "n.sh", "n.bin", "dir/n.txt", "grüße.txt"];

describe("acceptance 21: TurnDiff", () => {
  it.each(scenes)("shows %s as git does", async (_, change) => {
    const folder = repository(before);
    const diff = new TurnDiff();
    await diff.remember(touched.map((path) => join(folder, path)));
    change(folder);
    const text = await diff.unified();
    expect(text).toBe(gitSays(folder));
  });

  it.each(scenes.filter(([title]) => !title.includes("binary")))(
    "writes %s so that git applies it",
    async (_, change) => {
      const folder = repository(before);
      const diff = new TurnDiff();
      await diff.remember(touched.map((path) => join(folder, path)));
      change(folder);
      const text = await diff.unified();
      const after = gitSays(folder);
      git(folder, "reset", "-q", "--hard");
      writeFileSync(join(folder, ".git/turn.diff"), text ?? "");
      git(folder, "apply", "--check", ".git/turn.diff");
      git(folder, "apply", ".git/turn.diff");
      expect(gitSays(folder)).toBe(after);
    },
  );

  it("follows patches from the first content to the disk now", async () => {
    const folder = repository({ "a.txt": "1\n2\n" });
    const diff = new TurnDiff();
    for (const [from, to] of [
      ["1", "one"],
      ["2", "two"],
    ]) {
      const text = patchOf("*** Update File: a.txt", "@@", `-${from}`, `+${to}`);
      const patch = await verifyPatch(text, folder);
      await diff.remember(patch.paths);
      await applyPatch(patch, { mayWrite: () => true });
      expect(await diff.unified()).toBe(gitSays(folder));
    }
    writeFileSync(join(folder, "a.txt"), "by hand\n");
    expect(await diff.unified()).toBe(gitSays(folder));
    writeFileSync(join(folder, "a.txt"), "1\n2\n");
    expect(await diff.unified()).toBeUndefined();
  });

  it("shows a patch's move as a rename", async () => {
    const folder = repository({ "a.txt": numbers });
    const text = patchOf("*** Update File: a.txt", "*** Move to: new/b.txt", "@@", "-line 4", "+x");
    const patch = await verifyPatch(text, folder);
    const diff = new TurnDiff();
    await diff.remember(patch.paths);
    await applyPatch(patch, { mayWrite: () => true });
    const shown = (await diff.unified()) ?? "";
    expect(shown).toContain("rename from a.txt\nrename to new/b.txt\n");
    expect(shown).toBe(gitSays(folder));
  });

  it("names files by their absolute path outside git", async () => {
    const folder = folderWith({ a: "a\n" });
    const diff = new TurnDiff();
    await diff.remember([join(folder, "a")]);
    writeFileSync(join(folder, "a"), "b\n");
    const path = join(folder, "a");
    expect(await diff.unified()).toBe(
      `diff --git a/${path} b/${path}\n` +
        "index 78981922613b2afb6025042ff6bd878ac1994e85..61780798228d17af2d34fce4cfbdf35556832472\n" +
        `--- a/${path}\n+++ b/${path}\n@@ -1 +1 @@\n-a\n+b\n`,
    );
  });

  it("finds the git root from a folder that does not exist yet, and of a worktree", async () => {
    const folder = folderWith({ "tree/.git": "gitdir: elsewhere\n" });
    const diff = new TurnDiff();
    const path = join(folder, "tree/x/y/new");
    await diff.remember([path]);
    mkdirSync(join(path, ".."), { recursive: true });
    writeFileSync(path, "n\n");
    expect(await diff.unified()).toMatch(
      /^diff --git a\/x\/y\/new b\/x\/y\/new\nnew file mode 100644\n/,
    );
  });

  it("shows the file behind a link, once", async () => {
    const folder = repository({ a: "a\n" });
    symlinkSync("a", join(folder, "link"));
    git(folder, "add", "-A");
    git(folder, "commit", "-q", "-m", "link");
    const diff = new TurnDiff();
    await diff.remember([join(folder, "link"), join(folder, "a")]);
    writeFileSync(join(folder, "link"), "b\n");
    expect(await diff.unified()).toBe(gitSays(folder));
  });

  it("shows text in another encoding as binary", async () => {
    const folder = folderWith({ a: Buffer.from([0x61, 0xe4, 0x0a]) });
    const diff = new TurnDiff();
    await diff.remember([join(folder, "a")]);
    writeFileSync(join(folder, "a"), "ä\n");
    expect(await diff.unified()).toMatch(/\nBinary files a\/.* and b\/.* differ\n$/);
  });

  it("says nothing about files that nobody remembered, or that did not change", async () => {
    const folder = folderWith({ a: "a\n", b: "b\n" });
    const diff = new TurnDiff();
    expect(await diff.unified()).toBeUndefined();
    await diff.remember([join(folder, "a"), join(folder, "missing")]);
    writeFileSync(join(folder, "b"), "x\n");
    expect(await diff.unified()).toBeUndefined();
  });
});
