import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SandboxPolicy } from "../../../../core/index.ts";
import { run, type RunRequest, type RunResult } from "../../../../plugins/engine/exec/run.ts";
import {
  openSandbox,
  runSandboxed,
  type Sandbox,
} from "../../../../plugins/engine/sandbox/index.ts";

const base = realpathSync(mkdtempSync(join(tmpdir(), "portico-sandbox-")));
const ws = join(base, "ws");
const extra = join(base, "extra");
const outside = join(base, "outside");
const temporary = join(base, "tmpdir");
for (const folder of [base, ws, extra, outside, temporary, join(ws, "sub")]) {
  mkdirSync(folder, { recursive: true });
  // Some tests write as another user.
  chmodSync(folder, 0o777);
}
afterAll(() => rmSync(base, { recursive: true, force: true }));

const env = { PATH: process.env["PATH"] ?? "/usr/bin:/bin", TMPDIR: temporary, HOME: base };
const machine = openSandbox({ env: process.env, helperPath: undefined });
/** No Landlock either. */
const landlock = join(base, "no-landlock-helper");
const usable = process.platform === "linux" && (await machine.probe()).available;
const withoutBubblewrap = !usable;

const readOnly: SandboxPolicy = { mode: "read-only" };
const write: Extract<SandboxPolicy, { mode: "workspace-write" }> = {
  mode: "workspace-write",
  writable_roots: [extra, join(base, "no-such-root")],
  network_access: false,
  exclude_tmpdir_env_var: true,
  exclude_slash_tmp: true,
};
const online = { ...write, network_access: true };

const request = (command: readonly string[], options: Partial<RunRequest> = {}): RunRequest => ({
  command,
  cwd: ws,
  env,
  timeoutMs: 10_000,
  signal: new AbortController().signal,
  onOutput: () => undefined,
  ...options,
});

const asNobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];

/** Runs a script of sh; as somebody without privileges when told. */
async function sh(policy: SandboxPolicy, script: string, nobody = false): Promise<RunResult> {
  const command = ["sh", "-c", script];
  if (!nobody) return runSandboxed(machine, { policy, cwd: ws }, request(command));
  const wrapped = await machine.wrap(command, { policy, cwd: ws, commandCwd: ws, env });
  const withoutRoot = wrapped.command.filter(
    (word, at, all) => word !== "--cap-add" && all[at - 1] !== "--cap-add",
  );
  const result = await run(request([...asNobody, ...withoutRoot], { files: wrapped.files }));
  await wrapped.dispose();
  return result;
}

const canBeNobody = process.getuid?.() === 0 && existsSync("/usr/bin/setpriv");
const cannotBecomeNobody = !canBeNobody;
const withoutStrace = !existsSync("/usr/bin/strace");

describe.skipIf(withoutBubblewrap).each([
  ["the user of this process", false],
  ["a user without privileges", true],
])("the sandbox, for %s", (_who, nobody) => {
  it.skipIf(nobody && cannotBecomeNobody).each<[string, SandboxPolicy, string, boolean]>([
    ["reading anywhere", readOnly, "cat /etc/hostname /etc/passwd", true],
    ["the null device", readOnly, "echo x > /dev/null", true],
    ["the workspace, read-only", readOnly, "touch in-ws", false],
    ["/tmp, read-only", readOnly, `touch ${temporary}/x`, false],
    ["the workspace", write, "echo x > in-ws && mkdir -p a/b && rm -r in-ws a", true],
    ["another root", write, `touch ${extra}/x && rm ${extra}/x`, true],
    ["beside the workspace", write, `touch ${outside}/x`, false],
    ["out of the workspace through a link", write, `touch link/x`, false],
    ["the home folder", write, "touch $HOME/x", false],
    ["$TMPDIR when excluded", write, "touch $TMPDIR/x", false],
    [
      "$TMPDIR",
      { ...write, exclude_tmpdir_env_var: false },
      "touch $TMPDIR/x && rm $TMPDIR/x",
      true,
    ],
    ["/tmp when excluded", write, `touch ${base}/x`, false],
    ["/tmp", { ...write, exclude_slash_tmp: false }, `touch ${outside}/x && rm ${outside}/x`, true],
    ["renaming the workspace", write, `mv ${ws} ${ws}2`, false],
    ["kernel settings", write, ": >> /proc/sys/kernel/domainname", false],
    ["control groups", write, ": >> /sys/fs/cgroup/cgroup.procs", false],
    ["its own mounts", write, "mount -o remount,bind,rw /", false],
    [
      "mounts through a user namespace",
      write,
      "unshare -Urm true && unshare -Urm mount -o remount,bind,rw /",
      false,
    ],
    ["processes outside", write, `kill -0 ${process.pid}`, false],
  ])("decides about %s", async (_what, policy, script, allowed) => {
    if (!existsSync(join(ws, "link"))) symlinkSync(outside, join(ws, "link"));
    const result = await sh(policy, script, nobody);
    expect(result.startError).toBeUndefined();
    expect([result.exitCode === 0, result.stderr]).toEqual([
      allowed,
      allowed ? "" : expect.any(String),
    ]);
    expect(readdirSync(outside)).toEqual([]);
  });

  it.skipIf(nobody && cannotBecomeNobody)("leaves no capability that reaches past it", async () => {
    const { stdout } = await sh(
      write,
      "grep -E 'Cap(Eff|Prm|Bnd)|NoNewPrivs' /proc/self/status",
      nobody,
    );
    const value = (name: string) => new RegExp(`${name}:\\s*(\\S+)`).exec(stdout)?.[1];
    // CHOWN, DAC_OVERRIDE, FOWNER, FSETID, KILL, SETGID, SETUID, for root only.
    const most = 0xfb;
    for (const name of ["CapEff", "CapPrm"])
      expect(parseInt(value(name) ?? "f", 16) & ~most).toBe(0);
    expect(value("NoNewPrivs")).toBe("1");
  });
});

describe.skipIf(withoutBubblewrap)("acceptance 22: the git folder of a root", () => {
  const git = join(ws, ".git");
  const noGit = () => rmSync(git, { recursive: true, force: true });

  it("is read-only where it is", async () => {
    mkdirSync(git);
    writeFileSync(join(git, "config"), "before");
    const result = await sh(write, "echo x > .git/config; rm -r .git; mv .git g; cat .git/config");
    expect(result.stdout).toBe("before");
    expect(readFileSync(join(git, "config"), "utf8")).toBe("before");
    expect(machine.wasDenied(await sh(write, "touch .git/x"), write)).toBe(true);
    noGit();
  });

  it("cannot be made where it is not, and nothing is left behind", async () => {
    const result = await sh(write, "git init .");
    expect(result.exitCode).not.toBe(0);
    expect(machine.wasDenied(result, write)).toBe(true);
    expect(existsSync(git)).toBe(false);
  });

  it("stays guarded while commands overlap", async () => {
    const results = await Promise.all(
      ["0.05", "0.2", "0.1"].map((time) =>
        sh(write, `sleep ${time}; mkdir .git/hooks || echo refused`),
      ),
    );
    expect(results.map(({ stdout }) => stdout)).toEqual(Array(3).fill("refused\n"));
    expect(existsSync(git)).toBe(false);
  });

  it("is read-only as a worktree's file too", async () => {
    writeFileSync(git, "gitdir: ../somewhere\n");
    expect((await sh(write, "echo gitdir: x > .git")).exitCode).not.toBe(0);
    expect(readFileSync(git, "utf8")).toBe("gitdir: ../somewhere\n");
    noGit();
  });

  it("may be written where another root covers it", async () => {
    const policy = { ...write, writable_roots: [base] };
    expect(await sh(policy, "git init -q . && test -d .git/objects")).toMatchObject({
      exitCode: 0,
    });
    expect(existsSync(join(git, "objects"))).toBe(true);
    noGit();
  });
});

describe.skipIf(withoutBubblewrap)("acceptance 22: the network", () => {
  let tcp: Server;
  let unix: Server;
  let port = 0;
  const socketPath = join(base, "s.sock");
  beforeAll(async () => {
    tcp = createServer((socket) => socket.end("hello\n"));
    unix = createServer((socket) => socket.end("hello\n"));
    await new Promise<void>((resolve) => tcp.listen(0, "127.0.0.1", resolve));
    await new Promise<void>((resolve) => unix.listen(socketPath, resolve));
    const address = tcp.address();
    if (typeof address === "object" && address !== null) port = address.port;
  });
  afterAll(() => {
    tcp.close();
    unix.close();
  });

  const node = (policy: SandboxPolicy, code: string) =>
    runSandboxed(machine, { policy, cwd: ws }, request([process.execPath, "-e", code]));
  const connect = (target: string) =>
    `require("net").connect(${target}).on("error", (e) => { console.error(e.code); process.exit(1); }).pipe(process.stdout)`;

  it.each([
    ["read-only", readOnly, false],
    ["workspace-write", write, false],
    ["workspace-write with the network", online, true],
  ] as const)("is as %s says", async (_what, policy, allowed) => {
    const internet = await node(policy, connect(`${port}, "127.0.0.1"`));
    const file = await node(policy, connect(JSON.stringify(socketPath)));
    expect([internet.stdout, file.stdout]).toEqual(allowed ? ["hello\n", "hello\n"] : ["", ""]);
    expect(file.stderr).toBe(allowed ? "" : "EPERM\n");
    // The server is there, but in another network: only the sandbox can be why.
    expect(machine.wasDenied(internet, policy)).toBe(!allowed);
  });

  it("when off still lets a program talk to its own processes", async () => {
    const code = `const c = require("child_process").spawn("cat", { stdio: ["pipe", "inherit", "inherit", "ipc"] }); c.stdin.end("through\\n")`;
    expect((await node(write, code)).stdout).toBe("through\n");
    const server = `const s = require("net").createServer((c) => c.end("own\\n")).listen(0, "127.0.0.1", () => require("net").connect(s.address().port, "127.0.0.1").on("end", () => s.close()).pipe(process.stdout))`;
    expect((await node(write, server)).stdout).toBe("own\n");
  });

  it("when off keeps names from being looked up", async () => {
    const result = await node(
      write,
      `require("dns").lookup("example.com", (e) => { console.error(e.code); process.exit(1) })`,
    );
    expect(result).toMatchObject({ exitCode: 1, stderr: "EAI_AGAIN\n" });
    expect(machine.wasDenied(result, write)).toBe(true);
  });

  it.skipIf(withoutStrace)("when off no process may trace another", async () => {
    const trace = (policy: SandboxPolicy) => sh(policy, "strace -o /dev/null true");
    expect((await trace(online)).exitCode).toBe(0);
    expect((await trace(write)).stderr).toMatch(/Operation not permitted/);
  });
});

describe.skipIf(withoutBubblewrap)("acceptance 22: a sandboxed command", () => {
  const wrapped = (command: readonly string[], options: Partial<RunRequest> = {}) =>
    runSandboxed(machine, { policy: write, cwd: ws }, request(command, options));

  it("keeps its words, exit code, folder and environment", async () => {
    const script = 'printf "%s|" "$@"; pwd; echo "$A"; exit 9';
    const result = await wrapped(["sh", "-c", script, "sh", "a b", "--", "$x", ""], {
      cwd: outside,
      env: { ...env, A: "1" },
    });
    expect(result).toMatchObject({ exitCode: 9, stdout: `a b|--|$x||${outside}\n1\n` });
  });

  it.each<[string[], Partial<RunRequest>, string]>([
    [["codx"], {}, 'command not found: "codx"'],
    [["./codx"], {}, 'command not found: "./codx"'],
    [["/"], {}, 'command is a folder: "/"'],
    [["true"], { cwd: "/no/such" }, 'working folder not found: "/no/such"'],
    [[], {}, "empty command"],
  ])("that cannot be started says so: %j", async (command, options, message) => {
    const result = await wrapped(command, options);
    expect(result).toMatchObject({ startError: message, exitCode: -1 });
    expect(machine.wasDenied(result, write)).toBe(false);
  });

  it("gets what its loader is told; the wrapper, which is outside, does not", async () => {
    const told = { LD_PRELOAD: "/no/such/library", GLIBC_TUNABLES: "x=y" };
    const result = await wrapped(["sh", "-c", 'echo "$LD_PRELOAD $GLIBC_TUNABLES $A"'], {
      env: { ...env, ...told, A: "1" },
    });
    expect(result.stdout).toBe("/no/such/library x=y 1\n");
    // One complaint, of the command's own loader.
    expect(result.stderr.match(/cannot be preloaded/g)).toHaveLength(1);
  });

  it("that fails for reasons of its own was not denied", async () => {
    expect(machine.wasDenied(await wrapped(["false"]), write)).toBe(false);
    expect(machine.wasDenied(await wrapped(["grep", "x", "/dev/null"]), write)).toBe(false);
    expect(machine.wasDenied(await wrapped(["touch", join(outside, "x")]), write)).toBe(true);
  });

  const running = (mark: string) =>
    readdirSync("/proc").filter((name) => {
      try {
        return /^\d+$/.test(name) && readFileSync(`/proc/${name}/cmdline`, "utf8").includes(mark);
      } catch {
        return false;
      }
    });

  it.each([
    ["ends", "exit 0", 60_000, { exitCode: 0, timedOut: false }],
    ["times out", "sleep 60", 400, { exitCode: 124, timedOut: true }],
  ])(
    "that %s takes every process with it, sessions of their own too",
    async (_what, end, timeoutMs, expected) => {
      const mark = `61.${process.pid}${timeoutMs}`;
      const script = `setsid sleep ${mark} & sleep ${mark} & ${end}`;
      const result = await wrapped(["sh", "-c", script], { timeoutMs });
      expect(result).toMatchObject(expected);
      await expect.poll(() => running(mark), { timeout: 2000, interval: 20 }).toEqual([]);
    },
  );

  it("that is aborted is gone at once", async () => {
    const mark = `62.${process.pid}`;
    const controller = new AbortController();
    const result = await wrapped(
      ["sh", "-c", `trap '' TERM; echo on; sleep ${mark}; sleep ${mark}`],
      {
        signal: controller.signal,
        onOutput: () => {
          controller.abort();
          return undefined;
        },
      },
    );
    expect(result).toMatchObject({ aborted: true, exitCode: -1 });
    await expect.poll(() => running(mark), { timeout: 2000, interval: 20 }).toEqual([]);
  });
});

describe("a machine", () => {
  const where = { policy: write, cwd: ws, commandCwd: ws, env };

  it.skipIf(process.platform !== "linux")(
    "without bubblewrap is told, with what to install; nothing runs",
    async () => {
      const bare = openSandbox({ env: { PATH: outside }, helperPath: undefined, landlock });
      const probe = await bare.probe();
      expect(probe).toMatchObject({ available: false, mechanism: "none" });
      expect(probe.problem).toMatch(/bubblewrap is not installed/);
      expect(probe.help).toMatch(/apt-get install bubblewrap.*dnf install bubblewrap/);
      await expect(bare.wrap(["true"], where)).rejects.toThrow(/bubblewrap is not installed/);
      const result = await runSandboxed(bare, where, request(["touch", "made"]));
      expect(result.startError).toMatch(/bubblewrap is not installed/);
      expect(existsSync(join(ws, "made"))).toBe(false);
    },
  );

  it.skipIf(process.platform !== "linux")(
    "whose bubblewrap fails is told why, with what to allow",
    async () => {
      const folder = join(base, "broken");
      mkdirSync(folder);
      const script =
        "#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2; exit 1\n";
      writeFileSync(join(folder, "bwrap"), script, { mode: 0o755 });
      const probe = await openSandbox({
        env: { PATH: folder },
        helperPath: undefined,
        landlock,
      }).probe();
      expect(probe).toMatchObject({ available: false, mechanism: "none" });
      expect(probe.problem).toMatch(/No permissions to create new namespace/);
      expect(probe.help).toMatch(/sysctl/);
    },
  );

  it("is probed without the variables of the wrapping", async () => {
    if (usable) expect(await machine.probe()).toEqual({ available: true, mechanism: "bubblewrap" });
  });

  it("with a configured helper starts it with folder, policy and command", async () => {
    const helperPath = join(base, "helper");
    writeFileSync(helperPath, '#!/bin/sh\nprintf "%s\\n" "$@"\n', { mode: 0o755 });
    const helped: Sandbox = openSandbox({ env, helperPath });
    expect(await helped.probe()).toEqual({ available: true, mechanism: "external-helper" });
    const options = { cwd: join(ws, "sub") };
    const result = await runSandboxed(helped, where, request(["ls", "-l"], options));
    expect(result.stdout.split("\n")).toEqual([ws, JSON.stringify(write), "--", "ls", "-l", ""]);
  });

  it("acceptance 22: whose configured helper is missing does not fall back to another", async () => {
    const helpless = openSandbox({ env, helperPath: join(base, "no-helper") });
    expect(await helpless.probe()).toMatchObject({ available: false, mechanism: "none" });
    await expect(helpless.wrap(["true"], where)).rejects.toThrow(/no-helper/);
  });

  it("wraps nothing where everything is allowed", async () => {
    const policy: SandboxPolicy = { mode: "danger-full-access" };
    const { command, files } = await machine.wrap(["true"], { ...where, policy });
    expect({ command, files }).toEqual({ command: ["true"], files: [] });
  });
});
