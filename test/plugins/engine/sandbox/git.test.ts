import { execFileSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  symlinkSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { SandboxPolicy } from "../../../../core/index.ts";
import { openSandbox, runSandboxed } from "../../../../plugins/engine/sandbox/index.ts";
import { tempFolder } from "../../../helpers/temp-folder.ts";

const machine = openSandbox({ env: process.env, helperPath: undefined });
const { mechanism } = await machine.probe();
const lacking = mechanism === "bubblewrap" ? "" : ` (skipped: ${mechanism}, not bubblewrap)`;

const write: SandboxPolicy = {
  mode: "workspace-write",
  network_access: false,
  exclude_tmpdir_env_var: true,
  exclude_slash_tmp: true,
};
const identity = {
  GIT_AUTHOR_NAME: "A",
  GIT_AUTHOR_EMAIL: "a@b",
  GIT_COMMITTER_NAME: "A",
  GIT_COMMITTER_EMAIL: "a@b",
};

function git(cwd: string, ...args: string[]): string {
  const env = { ...process.env, ...identity, GIT_CONFIG_GLOBAL: "/dev/null" };
  return execFileSync("git", ["-c", "protocol.file.allow=always", ...args], {
    cwd,
    env,
    encoding: "utf8",
    stdio: "pipe",
  });
}

/** A repository with one commit. */
function repository(folder: string): string {
  mkdirSync(folder, { recursive: true });
  git(folder, "init", "-q", "-b", "main");
  git(folder, "commit", "-q", "--allow-empty", "-m", "one");
  return folder;
}

function sh(cwd: string, script: string, policy: SandboxPolicy = write) {
  const env = { PATH: process.env["PATH"] ?? "", HOME: cwd, ...identity };
  return runSandboxed(
    machine,
    { policy, cwd },
    {
      command: ["sh", "-c", script],
      cwd,
      env,
      timeoutMs: 10_000,
      signal: new AbortController().signal,
      onOutput: () => undefined,
    },
  );
}

const commit = "git commit -q --allow-empty -m two";

describe.skipIf(lacking !== "")(`acceptance 22: what belongs to git${lacking}`, () => {
  it("of a worktree is out of reach, wherever its repository is", async () => {
    const base = tempFolder();
    const main = repository(join(base, "main"));
    git(main, "worktree", "add", "-q", join(base, "tree"));
    const tree = join(base, "tree");
    const pointer = readFileSync(join(tree, ".git"), "utf8");
    const result = await sh(
      tree,
      `${commit} || echo refused; rm -f .git; echo x > .git; touch file`,
    );
    expect(result.stdout).toBe("refused\n");
    expect(readFileSync(join(tree, ".git"), "utf8")).toBe(pointer);
    expect(existsSync(join(tree, "file"))).toBe(true);
    expect(git(tree, "log", "--format=%s")).toBe("one\n");
  });

  it("of a worktree inside its own repository's folder is out of reach", async () => {
    const main = repository(join(tempFolder(), "main"));
    git(main, "worktree", "add", "-q", join(main, "trees", "one"));
    const result = await sh(main, `cd trees/one && ${commit} || echo refused`);
    expect(result.stdout).toBe("refused\n");
    expect(git(main, "log", "--all", "--format=%s")).toBe("one\n");
  });

  it("of a submodule is out of reach from itself and from around it", async () => {
    const base = tempFolder();
    const inner = repository(join(base, "inner"));
    const outer = repository(join(base, "outer"));
    git(outer, "submodule", "--quiet", "add", inner, "sub");
    const sub = join(outer, "sub");
    const pointer = readFileSync(join(sub, ".git"), "utf8");
    expect((await sh(sub, `${commit} || echo refused; rm -f .git`)).stdout).toBe("refused\n");
    expect((await sh(outer, `cd sub && ${commit} || echo refused`)).stdout).toBe("refused\n");
    expect(readFileSync(join(sub, ".git"), "utf8")).toBe(pointer);
    expect(git(sub, "log", "--format=%s")).toBe("one\n");
  });

  it.each(["the-repository", "../beside"])(
    "behind a link to %s stays, and so does the link",
    async (target) => {
      const base = join(tempFolder(), "ws");
      repository(base);
      renameSync(join(base, ".git"), join(base, target));
      symlinkSync(target, join(base, ".git"));
      const result = await sh(
        base,
        `${commit} || echo refused; echo x > .git/config; rm .git; git init -q .`,
      );
      expect(result.stdout).toBe("refused\n");
      expect(readlinkSync(join(base, ".git"))).toBe(target);
      expect(git(base, "log", "--format=%s")).toBe("one\n");
      expect(readFileSync(join(base, target, "config"), "utf8")).not.toBe("x\n");
    },
  );

  it("behind a link to nothing is not made, neither here nor there", async () => {
    const base = tempFolder();
    const ws = join(base, "ws");
    mkdirSync(ws);
    symlinkSync("../beside", join(ws, ".git"));
    await sh(ws, "ls -a .. ; git init -q .");
    expect(readdirSync(base)).toEqual(["ws"]);
    expect(readlinkSync(join(ws, ".git"))).toBe("../beside");
  });

  it("of a repository further down may be changed: only a root's own is guarded", async () => {
    const base = repository(join(tempFolder(), "ws"));
    repository(join(base, "nested"));
    expect(await sh(base, `cd nested && ${commit}`)).toMatchObject({ exitCode: 0, stderr: "" });
    expect(git(join(base, "nested"), "log", "--format=%s")).toBe("two\none\n");
  });

  it("of each root is guarded, the working folder's and the others'", async () => {
    const base = tempFolder();
    const [one, two] = [repository(join(base, "one")), repository(join(base, "two"))];
    const policy = { ...write, writable_roots: [two] };
    const result = await sh(one, `cd ${two} && touch file && ${commit} || echo refused`, policy);
    expect(result.stdout).toBe("refused\n");
    expect(git(two, "status", "--porcelain")).toBe("?? file\n");
  });
});
