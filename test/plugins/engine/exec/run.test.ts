import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, vi } from "vitest";
import {
  killAll,
  run,
  type RunRequest,
  type RunResult,
} from "../../../../plugins/engine/exec/run.ts";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "portico-run-")));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Options = Partial<Omit<RunRequest, "command">>;

function start(command: readonly string[], options: Options = {}): Promise<RunResult> {
  return run({
    command,
    cwd: folder,
    env: { PATH: process.env["PATH"] ?? "" },
    timeoutMs: 10_000,
    signal: new AbortController().signal,
    onOutput: () => undefined,
    ...options,
  });
}

const bash = (script: string, options?: Options) => start(["bash", "-c", script], options);

/** A killed process stays in the table as a zombie until its new parent takes its status. */
function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 1) throw new Error(`no process id: ${pid}`);
  try {
    process.kill(pid, 0);
    return process.platform !== "linux" || !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

async function untilGone(pid: number): Promise<void> {
  await expect.poll(() => isAlive(pid), { timeout: 2000, interval: 10 }).toBe(false);
}

describe("run", () => {
  it("gives both streams, their order of arrival, the exit code and the time", async () => {
    const result = await bash("echo out; sleep 0.05; echo err >&2; sleep 0.05; echo end; exit 3");
    expect(result).toMatchObject({
      exitCode: 3,
      stdout: "out\nend\n",
      stderr: "err\n",
      aggregatedOutput: "out\nerr\nend\n",
      timedOut: false,
      aborted: false,
      killedBy: undefined,
      startError: undefined,
    });
    expect(result.durationMs).toBeGreaterThan(90);
  });

  it("passes words untouched and inherits no variable", async () => {
    const result = await start(["printf", "%s|", "a b", "$HOME", "*", ""], {
      env: { PATH: "/usr/bin:/bin" },
    });
    expect(result.stdout).toBe("a b|$HOME|*||");
    expect((await start(["/usr/bin/env"], { env: { A: "1" } })).stdout).toBe("A=1\n");
  });

  it("defect 20: leads a process group of its own", async () => {
    const groups: number[] = [];
    const controller = new AbortController();
    await bash("echo $$; sleep 60", {
      signal: controller.signal,
      onOutput(_, chunk) {
        const pid = Number(chunk.toString());
        // A group has the number of its leader; signal 0 only asks whether there is one.
        if (process.kill(-pid, 0)) groups.push(pid);
        controller.abort();
        return undefined;
      },
    });
    expect(groups).toHaveLength(1);
  });

  it("gives a null device as stdin", async () => {
    expect(await start(["cat"])).toMatchObject({ exitCode: 0, stdout: "" });
  });

  it("gives files as descriptors from 3 on", async () => {
    const files = [Buffer.from("three"), Buffer.from("four")];
    expect((await bash("cat <&3; cat <&4", { files })).stdout).toBe("threefour");
  });

  it("hands output on in pieces of at most 8192 bytes, nothing lost", async () => {
    const pieces: Buffer[] = [];
    const result = await bash("head -c 100000 /dev/zero | tr '\\0' x", {
      onOutput: (stream, chunk) => {
        expect(stream).toBe("stdout");
        pieces.push(chunk);
        return undefined;
      },
    });
    expect(Math.max(...pieces.map((piece) => piece.length))).toBeLessThanOrEqual(8192);
    expect(Buffer.concat(pieces).toString()).toBe(result.stdout);
    expect(result.stdout).toHaveLength(100_000);
  });

  it("joins characters that the pieces cut", async () => {
    const result = await bash("for i in $(seq 9000); do printf 'aé€😀'; done");
    expect(result.stdout).toBe("aé€😀".repeat(9000));
  });

  it("replaces bytes that are no text", async () => {
    expect((await bash("printf 'a\\377b'")).stdout).toBe("a\uFFFDb");
  });

  it("stops reading while the receiver asks for a pause", async () => {
    let seen = 0;
    let resume = () => {};
    const running = bash("head -c 3000000 /dev/zero; echo done >&2", {
      onOutput: (stream, chunk) => {
        if (stream === "stderr") return undefined;
        seen += chunk.length;
        if (seen > 8192) return undefined;
        return new Promise<void>((resolve) => (resume = resolve));
      },
    });
    await expect.poll(() => seen).toBeGreaterThan(0);
    // The pipe holds 64 KiB and the reader 64 more: the command cannot be done meanwhile.
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(seen).toBeLessThanOrEqual(8192);
    resume();
    expect(await running).toMatchObject({ exitCode: 0, stderr: "done\n" });
    expect(seen).toBe(3_000_000);
  });

  it("waits for a slow receiver even after the command has ended", async () => {
    let seen = 0;
    const result = await bash("head -c 20000 /dev/zero", {
      onOutput: (_stream, chunk) => {
        seen += chunk.length;
        return new Promise((resolve) => setTimeout(resolve, 350));
      },
    });
    expect(result.exitCode).toBe(0);
    expect(seen).toBe(20_000);
  });

  it("keeps memory bounded and shows both ends of 50 MB", async () => {
    const before = process.memoryUsage.rss();
    let peak = 0;
    const result = await bash("echo first; yes 'a line of output' | head -c 50000000; echo last", {
      onOutput: () => {
        peak = Math.max(peak, process.memoryUsage.rss());
        return undefined;
      },
    });
    expect(result.exitCode).toBe(0);
    expect(result.stdout.length).toBeLessThan(2.2 * 1024 * 1024);
    expect(result.stdout.startsWith("first\na line of output\n")).toBe(true);
    expect(result.stdout.endsWith("last\n")).toBe(true);
    expect(result.stdout).toMatch(/\n\[\.\.\. \d+ bytes omitted \.\.\.\]\n/);
    expect(peak - before).toBeLessThan(60 * 1024 * 1024);
  });
});

describe("a background process", () => {
  it("defect 3: does not hang the call by holding the pipe, nor make it a time-out", async () => {
    const result = await bash("sleep 60 & echo $!");
    expect(result).toMatchObject({ exitCode: 0, timedOut: false });
    process.kill(Number(result.stdout), "SIGKILL");
  });

  it("does not hang the call by printing without end", async () => {
    const result = await bash("(while :; do echo tick; sleep 0.02; done) & exit 7");
    expect(result).toMatchObject({ exitCode: 7, timedOut: false });
    killAll();
  });

  it("is killed by killAll, also after its command has ended", async () => {
    const result = await bash("sleep 60 >/dev/null 2>&1 & echo $!");
    const pid = Number(result.stdout);
    expect(isAlive(pid)).toBe(true);
    killAll();
    await untilGone(pid);
  });
});

describe("killAll", () => {
  it("signals no group that is gone: its number may be a stranger's by now", async () => {
    killAll();
    await start(["true"]);
    const kill = vi.spyOn(process, "kill");
    killAll();
    expect(kill).not.toHaveBeenCalled();
  });
});

describe("a time-out", () => {
  it.each([
    ["holds the pipe", "sleep 60 & echo $!; sleep 60"],
    ["ignores the polite signal", "(trap '' TERM; echo $BASHPID; sleep 60; sleep 60) & sleep 60"],
  ])("acceptance 9, defect 3: is 124 and kills a grandchild that %s", async (_what, script) => {
    const result = await bash(script, { timeoutMs: 300 });
    expect(result).toMatchObject({ exitCode: 124, timedOut: true, aborted: false });
    expect(result.durationMs).toBeGreaterThanOrEqual(295);
    await untilGone(Number(result.stdout));
  });

  it("ends a command that ignores the polite signal", async () => {
    const result = await bash("trap '' TERM; echo on; while :; do sleep 60; done", {
      timeoutMs: 200,
    });
    expect(result).toMatchObject({ exitCode: 124, timedOut: true, stdout: "on\n" });
  });

  it("may be longer than a timer can be", async () => {
    expect(await start(["true"], { timeoutMs: 1e12 })).toMatchObject({ exitCode: 0 });
  });
});

describe("an abort", () => {
  it.each([
    ["a plain grandchild", "sleep 60 & echo $!; wait"],
    [
      "a grandchild that ignores the polite signal",
      "(trap '' TERM; echo $BASHPID; sleep 60; sleep 60) & wait",
    ],
    [
      "a command that ignores the polite signal",
      "trap '' TERM; echo $$; while :; do sleep 60; done",
    ],
  ])("kills %s in time", async (_what, script) => {
    const controller = new AbortController();
    let printed = "";
    const result = await bash(script, {
      signal: controller.signal,
      onOutput: (_stream, chunk) => {
        printed += chunk.toString();
        controller.abort();
        return undefined;
      },
    });
    expect(result).toMatchObject({ exitCode: -1, aborted: true, timedOut: false });
    await untilGone(Number.parseInt(printed, 10));
  });

  it("does not wait for a receiver that never goes on", async () => {
    const controller = new AbortController();
    const result = await bash("echo x; sleep 60", {
      signal: controller.signal,
      onOutput: () => {
        setTimeout(() => controller.abort(), 20);
        return new Promise(() => {});
      },
    });
    expect(result).toMatchObject({ aborted: true, stdout: "", aggregatedOutput: "" });
  });

  it("before the start starts nothing", async () => {
    const result = await bash("touch started", { signal: AbortSignal.abort() });
    expect(result).toMatchObject({ exitCode: -1, aborted: true, startError: undefined });
    expect((await start(["ls"])).stdout).not.toContain("started");
  });
});

describe("what cannot be started", () => {
  writeFileSync(join(folder, "plain.txt"), "text", { mode: 0o644 });
  it.each<[string, readonly string[], Options, string]>([
    ["an empty command", [], {}, "empty command"],
    ["an empty program", ["", "x"], {}, "empty command"],
    ["a missing program", ["codx", "x"], {}, 'command not found: "codx"'],
    ["a missing path", ["./codx"], {}, 'command not found: "./codx"'],
    ["a folder", ["/"], {}, 'command is a folder: "/"'],
    ["a file that is no program", ["./plain.txt"], {}, 'command is not executable: "./plain.txt"'],
    ["a missing folder", ["true"], { cwd: "/no/such" }, 'working folder not found: "/no/such"'],
    [
      "a file as folder",
      ["true"],
      { cwd: join(folder, "plain.txt") },
      "working folder is not a folder",
    ],
    ["a NUL byte", ["echo", "a\0b"], {}, "a NUL byte"],
    ["too long a command", ["echo", "x".repeat(3_000_000)], {}, 'cannot start "echo": spawn E2BIG'],
    ["what is wrapped", ["env", "codx"], { inner: ["codx"] }, 'command not found: "codx"'],
  ])("is named: %s", async (_what, command, options, message) => {
    const result = await start(command, options);
    expect(result.startError).toContain(message);
    expect(result).toMatchObject({ exitCode: -1, stdout: "", stderr: "", killedBy: undefined });
  });
});

describe("a signal", () => {
  it.each(["SIGKILL", "SIGSEGV", "SIGTERM"])("that ends a command is named: %s", async (name) => {
    const result = await bash(`kill -${name.slice(3)} $$`);
    expect(result).toMatchObject({ exitCode: -1, killedBy: name, aborted: false, timedOut: false });
  });
});
