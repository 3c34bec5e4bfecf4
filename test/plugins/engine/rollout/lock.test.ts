import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { releaseLock, takeLock } from "../../../../plugins/engine/rollout/lock.ts";
import { folders } from "../stage.ts";

function lockIn(name = "lock"): string {
  return join(folders().root, "locks", name);
}

/** A process that lives until the test ends. */
async function sleeper(): Promise<{ child: ChildProcess; pid: number; started: string }> {
  const child = spawn("sleep", ["1000"]);
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child, "spawn");
  const pid = child.pid ?? 0;
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const started = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19] ?? "";
  return { child, pid, started };
}

describe("a lock", () => {
  it("is had by one, and free again when it is given back", () => {
    const path = lockIn();
    expect(takeLock(path)).toBeUndefined();
    expect(takeLock(path)).toBe(process.pid);
    releaseLock(path);
    expect(existsSync(path)).toBe(false);
    expect(takeLock(path)).toBeUndefined();
  });

  it("names the living process that has it", async () => {
    const { pid, started } = await sleeper();
    const path = lockIn();
    takeLock(path);
    releaseLock(path);
    symlinkSync(`${pid}:${started}`, path);
    expect(takeLock(path)).toBe(pid);
  });

  it("is taken from a process that was killed, as soon as it is gone", async () => {
    const { child, pid, started } = await sleeper();
    const path = lockIn();
    takeLock(path);
    releaseLock(path);
    symlinkSync(`${pid}:${started}`, path);
    child.kill("SIGKILL");
    await once(child, "exit");
    expect(takeLock(path)).toBeUndefined();
    expect(readlinkSync(path)).toMatch(new RegExp(`^${process.pid}:\\d+$`));
    expect(existsSync(`${path}.heir`)).toBe(false);
  });

  it.each([
    ["a number that another process has by now", `${process.ppid}:1`],
    ["no number", "nonsense"],
    ["nothing but a start", ":17"],
  ])("is taken from %s", (_, content) => {
    const path = lockIn();
    takeLock(path);
    releaseLock(path);
    symlinkSync(content, path);
    expect(takeLock(path)).toBeUndefined();
  });

  it("is taken from an heir that died before it inherited", () => {
    const path = lockIn();
    takeLock(path);
    releaseLock(path);
    symlinkSync("999999999:1", path);
    symlinkSync("999999998:1", `${path}.heir`);
    expect(takeLock(path)).toBeUndefined();
    expect(existsSync(`${path}.heir`)).toBe(false);
  });

  it("is left to the living heir of a dead process", () => {
    const path = lockIn();
    takeLock(path);
    releaseLock(path);
    symlinkSync("999999999:1", path);
    symlinkSync(`${process.ppid}:`, `${path}.heir`);
    expect(takeLock(path)).toBe(process.ppid);
  });

  it("is not stopped by a file in its place", () => {
    const path = lockIn();
    takeLock(path);
    releaseLock(path);
    writeFileSync(path, "");
    expect(takeLock(path)).toBeUndefined();
  });
});
