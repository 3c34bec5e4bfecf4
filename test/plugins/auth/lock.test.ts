import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readlinkSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { withLock } from "../../../plugins/auth/lock.ts";
import { tempFolder } from "../../helpers/temp-folder.ts";

const wait = { limitMs: 10_000 };

describe("the lock", () => {
  it("lets one in at a time", async () => {
    const path = join(tempFolder(), "lock");
    const steps: string[] = [];
    const enter = (name: string) =>
      withLock(path, wait, async () => {
        steps.push(`${name} in`);
        await new Promise((resolve) => setImmediate(resolve));
        steps.push(`${name} out`);
      });
    await Promise.all(["a", "b", "c"].map(enter));
    for (let n = 0; n < 6; n += 2) {
      expect(steps[n + 1]).toBe(steps[n]?.replace("in", "out"));
    }
    expect(existsSync(path)).toBe(false);
  });

  it("is given back when the work fails", async () => {
    const path = join(tempFolder(), "lock");
    await expect(withLock(path, wait, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
    expect(await withLock(path, wait, async () => "again")).toBe("again");
  });

  it.each([
    ["a process that is gone", () => symlinkSync],
    ["a file that somebody left there", () => writeFileSync],
  ])("is taken over from %s", async (_, maker) => {
    const path = join(tempFolder(), "lock");
    if (maker() === symlinkSync) symlinkSync("999999999:7", path);
    else writeFileSync(path, "what?");
    expect(await withLock(path, wait, async () => readlinkSync(path))).toMatch(`${process.pid}:`);
  });

  it("is taken over although an heir died too", async () => {
    const path = join(tempFolder(), "lock");
    symlinkSync("999999999:7", path);
    symlinkSync("999999998:7", `${path}.heir`);
    expect(await withLock(path, wait, async () => "in")).toBe("in");
  });

  it("of a living process is waited for, up to the limit, and its holder named", async () => {
    const path = join(tempFolder(), "lock");
    const holder = spawn(process.execPath, ["--eval", "process.stdin.resume()"]);
    await once(holder, "spawn");
    symlinkSync(`${holder.pid}:`, path);
    await expect(withLock(path, { limitMs: 1 }, async () => "in")).rejects.toThrow(
      `${path} is held by the process ${holder.pid}`,
    );
    const waiting = withLock(path, wait, async () => "in");
    holder.kill();
    expect(await waiting).toBe("in");
  });

  it("is not waited for when that has become needless, or the caller gives up", async () => {
    const path = join(tempFolder(), "lock");
    symlinkSync(`${process.pid}:`, path);
    const needless = { ...wait, meanwhile: async () => "there" };
    expect(await withLock(path, needless, async () => "in")).toBe("there");
    const signal = AbortSignal.abort(new Error("enough"));
    await expect(withLock(path, { ...wait, signal }, async () => "in")).rejects.toThrow("enough");
  });
});
