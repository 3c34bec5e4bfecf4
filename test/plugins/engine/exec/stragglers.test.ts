import { readFileSync } from "node:fs";
import { expect, describe, it, onTestFinished } from "vitest";
import { killAll, run, type RunResult } from "../../../../plugins/engine/exec/run.ts";
import { marked, markOf } from "../../../../plugins/engine/exec/stragglers.ts";

const env = { PATH: process.env["PATH"] ?? "" };

/** Runs a script that prints the ids of processes it leaves; `stop` ends it after the first. */
async function bash(script: string, stop?: "abort" | "timeout"): Promise<RunResult> {
  const controller = new AbortController();
  let stdout = "";
  const result = await run({
    command: ["bash", "-c", script],
    cwd: "/",
    env: marked(env),
    timeoutMs: stop === "timeout" ? 2500 : 10_000,
    signal: controller.signal,
    onOutput: (_stream, chunk) => {
      stdout += chunk.toString();
      if (stop === "abort") controller.abort();
      return undefined;
    },
  });
  // An aborted command keeps nothing of what it printed.
  const printed = { ...result, stdout };
  for (const pid of pidsOf(printed)) {
    onTestFinished(() => void (isAlive(pid) && process.kill(pid, "SIGKILL")));
  }
  return printed;
}

function pidsOf({ stdout }: RunResult): number[] {
  return stdout.trim().split("\n").map(Number);
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 1) throw new Error(`no process id: ${pid}`);
  try {
    return !/\) Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return false;
  }
}

const untilGone = (pid: number) =>
  expect.poll(() => isAlive(pid), { timeout: 2000, interval: 10 }).toBe(false);

const daemons: [string, string][] = [
  ["left for a session of its own", "setsid bash -c 'echo $$; exec sleep 600' & wait; sleep 600"],
  ["was orphaned, too", "(setsid bash -c 'echo $$; exec sleep 600 >/dev/null 2>&1' &) ; sleep 600"],
  ["cleared its environment", "env -i setsid bash -c 'echo $$; exec sleep 600' & sleep 600"],
  ["has a group of its own", "set -m; bash -c 'echo $$; exec sleep 600' & sleep 600"],
  [
    "is deaf to the polite signal",
    `setsid bash -c 'trap "" TERM; echo $$; while :; do sleep 1; done' & sleep 600`,
  ],
];

describe.runIf(process.platform === "linux")("a daemon", () => {
  it.each(daemons)("that %s ends when the call is cancelled", async (_what, script) => {
    const result = await bash(script, "abort");
    expect(result.aborted).toBe(true);
    for (const pid of pidsOf(result)) await untilGone(pid);
  });

  it.each(daemons)("that %s ends when the time is over", async (_what, script) => {
    const result = await bash(script, "timeout");
    expect(result.timedOut).toBe(true);
    for (const pid of pidsOf(result)) await untilGone(pid);
  });

  it("of a command that succeeded goes on until the end", async () => {
    const result = await bash("setsid bash -c 'echo $$; exec sleep 600 >/dev/null 2>&1' &");
    expect(result).toMatchObject({ exitCode: 0, aborted: false });
    const [pid = 0] = pidsOf(result);
    const other = await bash("echo 1 >/dev/null; echo $$; sleep 600", "abort");
    expect(other.aborted).toBe(true);
    expect(isAlive(pid)).toBe(true);
    killAll();
    await untilGone(pid);
  });

  it("that dropped our mark on purpose stays", async () => {
    const script =
      "env -u PORTICO_COMMAND setsid bash -c 'echo $$; exec sleep 600 >/dev/null 2>&1' &";
    const [pid = 0] = pidsOf(await bash(script));
    killAll();
    expect(isAlive(pid)).toBe(true);
  });
});

describe.runIf(process.platform === "linux")("the mark of a command", () => {
  it("is another one each time, made once, and keeps the outer agent's", () => {
    const first = marked({ ...env, PORTICO_COMMAND: "1-outer.1;" });
    expect(marked(first)).toBe(first);
    expect(first["PORTICO_COMMAND"]).toMatch(/^1-outer\.1; \d+-[0-9a-f]{16}\.\d+;$/);
    expect(markOf(first)).not.toBe(markOf(marked(env)));
    expect(markOf({ PORTICO_COMMAND: "1-outer.1;" })).toBeUndefined();
  });
});
