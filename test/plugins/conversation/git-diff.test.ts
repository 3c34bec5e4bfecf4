import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { gitDiffToRemote } from "../../../plugins/conversation/git-diff.ts";

let root: string;
let work: string;

beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), "portico-git-")));
  work = join(root, "work");
  git(root, "init", "-q", "--bare", "-b", "main", "origin.git");
  git(root, "init", "-q", "-b", "main", "work");
  git(work, "remote", "add", "origin", join(root, "origin.git"));
  write("a.txt", "one\n");
  commit("first");
  git(work, "push", "-q", "-u", "origin", "main");
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function git(cwd: string, ...args: string[]): string {
  const who = ["-c", "user.name=t", "-c", "user.email=t@example.org"];
  return execFileSync("git", [...who, ...args], { cwd, encoding: "utf8", stdio: "pipe" }).trim();
}

function write(path: string, content: string | Uint8Array): void {
  writeFileSync(join(work, path), content);
}

function commit(message: string): string {
  git(work, "add", "-A");
  git(work, "commit", "-q", "-m", message);
  return git(work, "rev-parse", "HEAD");
}

function diff(cwd = work) {
  return gitDiffToRemote(cwd, { from: root, signal: new AbortController().signal });
}

describe("the difference to the remote", () => {
  it("is empty for a clean tree", async () => {
    const sha = git(work, "rev-parse", "HEAD");
    expect(await diff()).toEqual({ sha, diff: "" });
  });

  it("has commits, staged and unstaged changes in one, then untracked files", async () => {
    const sha = git(work, "rev-parse", "HEAD");
    write("a.txt", "two\n");
    commit("local");
    write("b.txt", "staged\n");
    git(work, "add", "b.txt");
    write("a.txt", "three\n");
    write("z new.txt", "untracked\n");
    write(".gitignore", "ignored\n");
    write("ignored", "x");
    const found = await diff();
    expect(found.sha).toBe(sha);
    expect(found.diff).toContain("-one\n+three\n");
    expect(found.diff).not.toContain("two");
    expect(found.diff).toContain("+staged\n");
    expect(found.diff).not.toContain("ignored\nnew file");
    const names = [...found.diff.matchAll(/^diff --git a\/(.+) b\//gm)].map(([, name]) => name);
    expect(names).toEqual(["a.txt", "b.txt", ".gitignore", "z new.txt"]);
    // Nothing of it is left in the index.
    expect(git(work, "status", "--porcelain")).toContain('?? "z new.txt"');
  });

  it("D20: can be applied elsewhere, whatever bytes there are", async () => {
    const binary = Uint8Array.from({ length: 300 }, (_, n) => n % 256);
    write("tracked.bin", binary);
    commit("binary");
    git(work, "push", "-q");
    write("tracked.bin", binary.toReversed());
    write("untracked.bin", binary);
    mkdirSync(join(work, "sub"));
    write("sub/deep.txt", "deep\n");
    symlinkSync("a.txt", join(work, "link"));
    const { diff: text } = await diff();
    const other = join(root, "other");
    git(root, "clone", "-q", "origin.git", "other");
    writeFileSync(join(root, "all.patch"), text);
    git(other, "apply", join(root, "all.patch"));
    expect(git(root, "diff", "--no-index", "--stat", "work/tracked.bin", "other/tracked.bin")).toBe(
      "",
    );
    for (const name of ["untracked.bin", "sub/deep.txt", "link"]) {
      expect(git(root, "diff", "--no-index", `work/${name}`, `other/${name}`)).toBe("");
    }
  });

  it("D20: shows lines and files that are not UTF-8, tracked or not, and files with odd names", async () => {
    write("latin.txt", Buffer.from("caf\xe9\n", "latin1"));
    commit("latin");
    write("latin.txt", Buffer.from("th\xe9\n", "latin1"));
    write("new.txt", Buffer.from("na\xefve\n", "latin1"));
    writeFileSync(Buffer.concat([Buffer.from(`${work}/odd-`), Buffer.of(0xe9)]), "odd\n");
    const { diff: text } = await diff();
    expect(text).toContain("+th\uFFFD\n");
    expect(text).toContain("+na\uFFFDve\n");
    expect(text).toContain("+odd\n");
  });

  it("D20: from a sub folder has what lies above it", async () => {
    mkdirSync(join(work, "sub"));
    write("above.txt", "above\n");
    write("sub/below.txt", "below\n");
    const { diff: text } = await diff(join(work, "sub"));
    expect(text).toContain("b/above.txt");
    expect(text).toContain("b/sub/below.txt");
  });

  it("works on a detached HEAD, in a linked work tree and with another remote name", async () => {
    const sha = git(work, "rev-parse", "HEAD");
    git(work, "remote", "rename", "origin", "upstream");
    write("a.txt", "two\n");
    commit("local");
    git(work, "checkout", "-q", "--detach");
    expect(await diff()).toMatchObject({ sha });
    git(work, "worktree", "add", "-q", "-b", "side", join(root, "tree"));
    writeFileSync(join(root, "tree", "b.txt"), "new\n");
    const found = await diff("tree");
    expect(found.sha).toBe(sha);
    expect(found.diff).toContain("b/b.txt");
  });

  it("takes the remote branch with the fewest commits to HEAD", async () => {
    git(work, "checkout", "-q", "-b", "feature");
    write("a.txt", "two\n");
    const pushed = commit("feature");
    git(work, "push", "-q", "origin", "feature:pushed");
    git(work, "fetch", "-q");
    expect((await diff()).sha).toBe(pushed);
    git(work, "checkout", "-q", "-b", "local-only");
    write("b.txt", "b\n");
    commit("more");
    const main = git(work, "rev-parse", "origin/main");
    expect((await diff()).sha).toBe(main);
  });

  it("runs nothing that the repository configures for its diffs", async () => {
    git(work, "config", "diff.external", "touch ran; false");
    git(work, "config", "core.fsmonitor", "touch ran; false");
    write("a.txt", "two\n");
    expect((await diff()).diff).not.toContain("ran");
  });
});

describe("no difference", () => {
  it.each<[string, () => string]>([
    ["without a repository", () => root],
    ["of a file", () => join(work, "a.txt")],
    ["of a missing folder", () => join(root, "none")],
    ["without a remote", () => (git(work, "remote", "remove", "origin"), work)],
    ["without a commit", () => (git(root, "init", "-q", "empty"), join(root, "empty"))],
    [
      "when no remote has any branch",
      () => (git(work, "update-ref", "-d", "refs/remotes/origin/main"), work),
    ],
  ])("%s", async (_, arrange) => {
    const cwd = arrange();
    await expect(diff(cwd)).rejects.toMatchObject({
      code: -32600,
      message: `failed to compute git diff to remote for cwd: ${JSON.stringify(cwd)}`,
    });
  });
});
