import { readFileSync, readlinkSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { dirname } from "node:path";
import { makeFolder } from "../folders.ts";

/** A process, told apart from an older one of the same number by when it started. */
interface Holder {
  readonly pid: number;
  readonly started: string;
  /** As it stands in the lock. */
  readonly text: string;
}

/**
 * Takes the advisory lock of this name for this process; resolves at once. `undefined`: it is ours;
 * else the number of the living process that has it. The lock is a symbolic link that points at its
 * holder, because a link is made with its content in one step. Where there are no links, nothing is
 * locked.
 */
export function takeLock(path: string): number | undefined {
  makeFolder(dirname(path));
  for (;;) {
    if (link(path)) return undefined;
    const holder = holderOf(path);
    if (holder === undefined) continue;
    if (isAlive(holder)) return holder.pid;
    const successor = inherit(path, holder);
    if (successor !== "again") return successor;
  }
}

/** Gives a lock back; it must be ours. */
export function releaseLock(path: string): void {
  rmSync(path, { force: true });
}

/**
 * Replaces the lock of a dead process. Two may find it dead at a time: only the one that has the
 * right to inherit replaces it, and only after another look.
 */
function inherit(path: string, dead: Holder): number | undefined | "again" {
  const right = `${path}.heir`;
  if (!link(right)) {
    const heir = holderOf(right);
    if (heir === undefined) return "again";
    if (isAlive(heir)) return heir.pid;
    rmSync(right, { force: true });
    return "again";
  }
  if (holderOf(path)?.text === dead.text) {
    renameSync(right, path);
    return undefined;
  }
  rmSync(right, { force: true });
  return "again";
}

/** True when the link is made, or links cannot be made here at all. */
function link(path: string): boolean {
  try {
    symlinkSync(`${process.pid}:${startOf("self") ?? ""}`, path);
    return true;
  } catch (error) {
    return codeOf(error) !== "EEXIST";
  }
}

function holderOf(path: string): Holder | undefined {
  try {
    const text = readlinkSync(path);
    const [pid, started] = text.split(":", 2);
    return { pid: Number(pid), started: started ?? "", text };
  } catch (error) {
    // Given back in the meantime. Anything else in this place is nobody's lock.
    return codeOf(error) === "ENOENT" ? undefined : { pid: 0, started: "", text: "" };
  }
}

function isAlive({ pid, started }: Holder): boolean {
  if (!Number.isSafeInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
  } catch (error) {
    // Somebody else's process is alive too.
    if (codeOf(error) !== "EPERM") return false;
  }
  const now = startOf(pid);
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

function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
