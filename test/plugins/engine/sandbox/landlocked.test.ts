import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
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
import type { RunRequest } from "../../../../plugins/engine/exec/run.ts";
import { openSandbox, runSandboxed } from "../../../../plugins/engine/sandbox/index.ts";
import { probeLandlock } from "../../../../plugins/engine/sandbox/landlocked.ts";

const base = realpathSync(mkdtempSync(join(tmpdir(), "portico-landlock-")));
const ws = join(base, "ws");
const extra = join(base, "extra");
const outside = join(base, "outside");
const nothing = join(base, "nothing");
for (const folder of [ws, extra, outside, nothing, join(ws, "sub")]) mkdirSync(folder);
writeFileSync(join(outside, "file"), "untouched");
symlinkSync(outside, join(ws, "link"));
afterAll(() => rmSync(base, { recursive: true, force: true }));

const env = { PATH: process.env["PATH"] ?? "/usr/bin:/bin", HOME: base };
// No folder with bubblewrap on PATH.
const machine = openSandbox({ env: { PATH: nothing }, helperPath: undefined });
const known = await probeLandlock();

const readOnly: SandboxPolicy = { mode: "read-only" };
const write: Extract<SandboxPolicy, { mode: "workspace-write" }> = {
  mode: "workspace-write",
  writable_roots: [extra, join(base, "no-such-root")],
  network_access: false,
  exclude_tmpdir_env_var: true,
  exclude_slash_tmp: true,
};
const online = { ...write, network_access: true };

function start(
  policy: SandboxPolicy,
  command: readonly string[],
  options: Partial<RunRequest> = {},
) {
  const request: RunRequest = {
    command,
    cwd: ws,
    env,
    timeoutMs: 10_000,
    signal: new AbortController().signal,
    onOutput: () => undefined,
    ...options,
  };
  return runSandboxed(machine, { policy, cwd: ws }, request);
}

const lacking = known.available ? "" : ` (skipped: ${known.problem ?? "no Landlock"})`;

describe.skipIf(!known.available)(
  `acceptance 22: Landlock in the place of bubblewrap${lacking}`,
  () => {
    it("is found where bubblewrap is missing, and announced as weaker", async () => {
      const probe = await machine.probe();
      expect(probe).toMatchObject({ available: true, mechanism: "landlock" });
      expect(probe.weaker).toMatch(
        /bubblewrap is not installed.*Landlock is used, which is weaker/,
      );
      expect(probe.help).toContain("apt-get install bubblewrap");
    });

    it.each<[string, SandboxPolicy, string, boolean]>([
      ["reading anywhere", readOnly, `cat ${outside}/file > /dev/null`, true],
      ["the workspace, read-only", readOnly, "touch in-ws", false],
      ["the workspace", write, "echo x > in-ws && mkdir -p a/b && mv in-ws a/b && rm -r a", true],
      ["a shorter file in the workspace", write, "echo xx > f && : > f && rm f", true],
      ["another root", write, `touch ${extra}/x && rm ${extra}/x`, true],
      ["beside the workspace", write, `touch ${outside}/x`, false],
      ["out of the workspace through a link", write, "touch link/x", false],
      ["into a file outside", write, `echo x >> ${outside}/file`, false],
      ["cutting a file outside", write, `truncate -s 0 ${outside}/file`, false],
      ["removing outside", write, `rm ${outside}/file`, false],
      ["moving into the workspace", write, `mv ${outside}/file .`, false],
      ["linking into the workspace", write, `ln ${outside}/file hard`, false],
      ["renaming the workspace", write, `mv ${ws} ${ws}2`, false],
      ["/tmp when excluded", write, `touch ${base}/x`, false],
      ["devices in the workspace", write, "mknod disk b 7 99", false],
      ["mounts", write, `mount -t tmpfs none ${ws}/sub`, false],
      ["signals to processes outside", write, `kill -0 ${process.pid}`, false],
      ["signals to processes outside, with the network", online, `kill -0 ${process.pid}`, false],
      ["signals to its own", write, "sleep 9 & kill $!", true],
    ])("decides about %s", async (_what, policy, script, allowed) => {
      const result = await start(policy, ["sh", "-c", script]);
      expect(result.startError).toBeUndefined();
      expect([result.exitCode === 0, result.stderr]).toEqual([
        allowed,
        allowed ? "" : expect.stringMatching(/./),
      ]);
      // The kernel words a link over this border as one over devices; that may be true elsewhere.
      const told = !allowed && !result.stderr.includes("cross-device");
      expect(machine.wasDenied(result, policy)).toBe(told);
      expect(readdirSync(outside)).toEqual(["file"]);
    });

    it("keeps words, exit code, folder, variables and the meaning of a closed pipe", async () => {
      const script = 'printf "%s|" "$@"; pwd; env | sort; exit 9';
      const result = await start(write, ["sh", "-c", script, "sh", "a b", "--", "$x", ""], {
        cwd: outside,
        env: { PATH: env.PATH, A: "ü", NODE_OPTIONS: "--no-such-option", LD_PRELOAD: "" },
      });
      expect(result).toMatchObject({ exitCode: 9, stderr: "" });
      expect(result.stdout.split("\n").filter((line) => !/^(_|OLDPWD|SHLVL)=/.test(line))).toEqual([
        `a b|--|$x||${outside}`,
        "A=ü",
        "LD_PRELOAD=",
        "NODE_OPTIONS=--no-such-option",
        `PATH=${env.PATH}`,
        `PWD=${outside}`,
        "",
      ]);
      const pipe = await start(write, ["bash", "-c", "yes | head -n 1; echo ${PIPESTATUS[0]}"]);
      expect(pipe).toMatchObject({ stdout: "y\n141\n", stderr: "" });
    });

    it("leaves the command no open file, no capability to gain and no other program around it", async () => {
      const script = "ls /proc/self/fd; grep NoNewPrivs /proc/self/status; cat /proc/$$/comm";
      const { stdout } = await start(write, ["sh", "-c", script]);
      // The fourth is the folder that ls lists.
      expect(stdout).toBe("0\n1\n2\n3\nNoNewPrivs:\t1\nsh\n");
    });

    it.each([
      ["a program that is missing", ["codx"], 'command not found: "codx"'],
      ["a file that is no program", [join(outside, "file")], "not executable"],
    ])("says so of %s", async (_what, command, message) => {
      expect((await start(write, command)).startError).toContain(message);
    });

    it("ends with its whole group when time is up", async () => {
      const result = await start(write, ["sh", "-c", "sleep 60 & sleep 60"], { timeoutMs: 600 });
      expect(result).toMatchObject({ exitCode: 124, timedOut: true });
    });
  },
);

describe.skipIf(!known.available)(`acceptance 22: the network under Landlock${lacking}`, () => {
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
  const connect = (target: string) => [
    process.execPath,
    "-e",
    `require("net").connect(${target}).on("error", (e) => { console.error(e.code); process.exit(1); }).pipe(process.stdout)`,
  ];

  it.each([
    ["read-only", readOnly, false],
    ["workspace-write", write, false],
    ["workspace-write with the network", online, true],
  ] as const)("is as %s says", async (_what, policy, allowed) => {
    const internet = await start(policy, connect(`${port}, "127.0.0.1"`));
    const file = await start(policy, connect(JSON.stringify(socketPath)));
    expect([internet.stdout, file.stdout]).toEqual(allowed ? ["hello\n", "hello\n"] : ["", ""]);
    expect([internet.stderr, file.stderr]).toEqual(allowed ? ["", ""] : ["EPERM\n", "EPERM\n"]);
    if (!allowed) expect(machine.wasDenied(internet, policy)).toBe(true);
  });

  it("when off still lets a program talk to its own processes", async () => {
    const code = `const c = require("child_process").spawn("cat", { stdio: ["pipe", "inherit", "inherit", "ipc"] }); c.stdin.end("through\\n")`;
    expect((await start(write, [process.execPath, "-e", code])).stdout).toBe("through\n");
  });
});

describe("a machine where Landlock cannot be used", () => {
  const helper = (text: string) => {
    const file = join(base, `helper-${text.length}.cjs`);
    writeFileSync(file, text);
    chmodSync(file, 0o755);
    return file;
  };

  it.each([
    [
      "fails",
      () => helper('console.error("landlock: no koffi"); process.exit(125)'),
      "landlock: no koffi",
    ],
    ["is missing", () => join(base, "no-helper.cjs"), "no-helper.cjs"],
  ])("because the helper %s has no sandbox and says both reasons", async (_what, make, reason) => {
    const bare = openSandbox({ env: { PATH: nothing }, helperPath: undefined, landlock: make() });
    const probe = await bare.probe();
    expect(probe).toMatchObject({ available: false, mechanism: "none" });
    expect(probe.problem).toMatch(
      /^bubblewrap is not installed.*; Landlock cannot be used either: /,
    );
    expect(probe.problem).toContain(reason);
    expect(probe.help).toContain("apt-get install bubblewrap");
    const where = { policy: write, cwd: ws, commandCwd: ws, env };
    await expect(bare.wrap(["true"], where)).rejects.toThrow(/no sandbox available/);
    expect(existsSync(join(ws, "made"))).toBe(false);
  });
});
