import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { SandboxPolicy } from "../../../../core/index.ts";
import { isWritable, writableRoots } from "../../../../plugins/engine/sandbox/policy.ts";

const base = realpathSync(mkdtempSync(join(tmpdir(), "portico-roots-")));
afterAll(() => rmSync(base, { recursive: true, force: true }));

const write = {
  mode: "workspace-write",
  network_access: false,
  exclude_tmpdir_env_var: false,
  exclude_slash_tmp: false,
} as const satisfies SandboxPolicy;
const strict = { ...write, exclude_tmpdir_env_var: true, exclude_slash_tmp: true };

describe("writableRoots", () => {
  it.each<[string, SandboxPolicy, string[]]>([
    ["read-only", { mode: "read-only" }, []],
    ["danger-full-access, where nobody asks", { mode: "danger-full-access" }, []],
    ["workspace-write", write, ["/ws", "/tmp", "/var/t"]],
    ["without /tmp", { ...write, exclude_slash_tmp: true }, ["/ws", "/var/t"]],
    ["without $TMPDIR", { ...write, exclude_tmpdir_env_var: true }, ["/ws", "/tmp"]],
    [
      "with more roots",
      { ...strict, writable_roots: ["/extra/", "sub", "/ws"] },
      ["/extra", "/ws/sub", "/ws"],
    ],
  ])("gives the folders of %s", (_what, policy, expected) => {
    const roots = writableRoots(policy, "/ws", { TMPDIR: "/var/t/" });
    expect(roots.map(({ root }) => root)).toEqual(expected);
    for (const { root, readOnlySubpaths } of roots)
      expect(readOnlySubpaths).toEqual([join(root, ".git")]);
  });

  it("ignores a $TMPDIR that is no absolute path", () => {
    expect(
      writableRoots({ ...write, exclude_slash_tmp: true }, "/ws", { TMPDIR: "tmp" }),
    ).toHaveLength(1);
  });

  it("guards the folders inside the root that a worktree's .git file leads to", () => {
    const root = join(base, "bare");
    mkdirSync(join(root, "repo.git/worktrees/w"), { recursive: true });
    writeFileSync(join(root, ".git"), "gitdir: repo.git/worktrees/w\n");
    writeFileSync(join(root, "repo.git/worktrees/w/commondir"), "../..\n");
    expect(writableRoots(strict, root, {})[0]?.readOnlySubpaths).toEqual([
      join(root, ".git"),
      join(root, "repo.git/worktrees/w"),
      join(root, "repo.git"),
    ]);
  });
});

describe("isWritable", () => {
  const ws = join(base, "ws");
  const outside = join(base, "outside");
  mkdirSync(join(ws, "sub"), { recursive: true });
  mkdirSync(join(ws, "real-git"));
  mkdirSync(outside);
  symlinkSync(outside, join(ws, "out"));
  symlinkSync(join(outside, "not-yet"), join(ws, "dangling"));
  symlinkSync("sub", join(ws, "in"));
  symlinkSync("circle", join(ws, "circle"));
  symlinkSync(ws, join(base, "ws-link"));
  symlinkSync(".git", join(ws, "git-link"));

  it.each<[string, boolean]>([
    ["", true],
    ["file", true],
    ["sub/new/deep/file", true],
    ["sub/../file", true],
    ["in/file", true],
    ["..file", true],
    [".gitignore", true],
    ["sub/.git/config", true],
    ["../outside/file", false],
    ["sub/../../outside/file", false],
    ["../ws-other/file", false],
    [".git", false],
    [".git/hooks/pre-commit", false],
    ["sub/../.git/config", false],
    ["git-link/config", false],
    ["out", false],
    ["out/file", false],
    ["dangling", false],
    ["circle", false],
    ["circle/x", false],
  ])("judges %j: %s", (path, expected) => {
    expect(isWritable(`${ws}/${path}`, writableRoots(strict, ws, {}))).toBe(expected);
  });

  it("follows a root that is itself a link", () => {
    const roots = writableRoots(strict, join(base, "ws-link"), {});
    expect(isWritable(join(base, "ws-link/file"), roots)).toBe(true);
    expect(isWritable(join(base, "ws-link/.git/config"), roots)).toBe(false);
    expect(isWritable(join(base, "ws-link/out/file"), roots)).toBe(false);
  });

  it("lets another root open what one guards", () => {
    const roots = writableRoots({ ...strict, writable_roots: [base] }, ws, {});
    expect(isWritable(join(ws, ".git/config"), roots)).toBe(true);
  });

  it("finds nothing writable without roots", () => {
    expect(isWritable("/tmp/x", [])).toBe(false);
  });
});
