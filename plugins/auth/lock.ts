import { readFileSync, readlinkSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { codeOf } from "./file.ts";

/** Milliseconds between two looks at a lock that somebody has. */
const pollMs = 25;

export interface LockWait<T> {
  /** Milliseconds until waiting is given up. */
  readonly limitMs: number;
  readonly signal?: AbortSignal | undefined;
  /** Looked at while somebody else has the lock: a value makes waiting needless. */
  readonly meanwhile?: () => Promise<T | undefined>;
}

/**
 * Runs `work` while no other process, and nobody else in this one, holds the lock of this name. The
 * lock is a symbolic link to its holder, as a link is made with its content in one step; that of a
 * dead process is taken over. Where there are no links, nothing is locked.
 */
export async function withLock<T>(
  path: string,
  { limitMs, signal, meanwhile }: LockWait<T>,
  work: () => Promise<T>,
): Promise<T> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    signal?.throwIfAborted();
    const holder = take(path);
    if (holder === undefined) break;
    const value = await meanwhile?.();
    if (value !== undefined) return value;
    if (performance.now() > deadline) {
      throw new Error(`${path} is held by the process ${holder} for longer than ${limitMs} ms`);
    }
    // Spread, so that those who began together do not look together.
    await new Promise((resolve) => setTimeout(resolve, pollMs * (0.5 + Math.random())));
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

/** `undefined`: the lock is ours now; else the number of the living process that has it. */
function take(path: string): string | undefined {
  for (;;) {
    if (link(path)) return undefined;
    const holder = holderOf(path);
    if (holder === undefined) continue;
    if (isAlive(holder)) return numberOf(holder);
    // Two may find it dead: only the one with the right to inherit replaces it, after another look.
    const right = `${path}.heir`;
    if (!link(right)) {
      const heir = holderOf(right);
      if (heir !== undefined && isAlive(heir)) return numberOf(heir);
      if (heir !== undefined) rmSync(right, { force: true });
      continue;
    }
    if (holderOf(path) === holder) {
      renameSync(right, path);
      return undefined;
    }
    rmSync(right, { force: true });
  }
}

/** True when the link is made, or links cannot be made here at all. */
function link(path: string): boolean {
  try {
    symlinkSync(`${process.pid}:${startOf("self") ?? ""}`, path);
    return true;
  } catch (error) {
    const code = codeOf(error);
    // A folder that cannot be written to is for `work` to complain of.
    return code !== "EEXIST";
  }
}

function holderOf(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch (error) {
    // Given back in the meantime; anything else in this place is nobody's lock.
    return codeOf(error) === "ENOENT" ? undefined : "";
  }
}

function numberOf(holder: string): string {
  return holder.split(":", 1)[0] ?? "";
}

function isAlive(holder: string): boolean {
  const [number = "", started] = holder.split(":", 2);
  const pid = Number(number);
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Somebody else's process is alive too.
    if (codeOf(error) !== "EPERM") return false;
  }
  const now = startOf(pid);
  if (now === "never") return false;
  return now === undefined || started === "" || now === started;
}

/** When a process started, in ticks since the system did; only Linux tells. */
function startOf(pid: number | "self"): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    // The second field is a name that may hold spaces and brackets; the start is the 22nd.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // A zombie has a number and no life; no start is like this one.
    return fields[0] === "Z" ? "never" : fields[19];
  } catch {
    return undefined;
  }
}
