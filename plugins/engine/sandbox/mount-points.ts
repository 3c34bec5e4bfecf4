import {
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { makeFolder } from "../folders.ts";

// Folders that we made only to mount something read-only on them, with how many commands use each.
const users = new Map<string, number>();

/**
 * Makes sure there is something to guard at this path. The result releases it; the last release
 * removes the folder if we made it and it is still empty. Undefined where no folder can be made:
 * there the command cannot make one either. Synchronous, so that two commands cannot get between.
 * `marks` is a folder where other processes, and the next one after a crash, see whose it is.
 */
export function holdMountPoint(path: string, marks?: string): (() => void) | undefined {
  const count = users.get(path);
  if (count !== undefined) {
    users.set(path, count + 1);
    return () => release(path, marks);
  }
  const isThere = exists(path);
  if (isThere && !isHeldElsewhere(path, marks)) return () => {};
  // Marked first: killed in between, a mark without a folder is nothing to worry about.
  mark(path, marks);
  try {
    if (!isThere) mkdirSync(path);
  } catch {
    unmark(path, marks);
    return undefined;
  }
  users.set(path, 1);
  return () => release(path, marks);
}

/**
 * Nothing can be mounted on a link, so a command may replace it. The result puts it back, with what
 * took its place moved aside; undefined where there is no link.
 */
export function holdLink(path: string): (() => void) | undefined {
  const target = linkTarget(path);
  if (target === undefined) return undefined;
  return () => {
    if (linkTarget(path) === target) return;
    try {
      renameSync(path, `${path}.replaced-${Date.now()}`);
    } catch {
      // Removed, not replaced.
    }
    try {
      symlinkSync(target, path);
    } catch {
      // Its folder is gone too.
    }
  };
}

/** Removes the empty folders that processes left behind which were killed. */
export function sweepMountPoints(marks: string): void {
  for (const { file, path, pid } of marksIn(marks)) {
    if (pid === process.pid ? users.has(path) : isAlive(pid)) continue;
    // Only what we would have made, whoever wrote the mark.
    if (basename(path) !== ".git") continue;
    discard(file);
    if (!isHeldElsewhere(path, marks) && !users.has(path)) removeEmpty(path);
  }
}

function release(path: string, marks: string | undefined): void {
  const left = (users.get(path) ?? 1) - 1;
  if (left > 0) {
    users.set(path, left);
    return;
  }
  users.delete(path);
  unmark(path, marks);
  // Without its folder another process's mount would be gone too.
  if (!isHeldElsewhere(path, marks)) removeEmpty(path);
}

function removeEmpty(path: string): void {
  try {
    rmdirSync(path);
  } catch {
    // Not empty, or gone: somebody outside the sandbox made a repository of it meanwhile.
  }
}

function exists(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

function linkTarget(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined;
  }
}

function markOf(path: string, marks: string): string {
  // Only here: most commands have nothing to mark, and this library is slow to load.
  const { createHash } = process.getBuiltinModule("node:crypto");
  return join(marks, `${createHash("sha256").update(path).digest("hex")}.${process.pid}`);
}

function mark(path: string, marks: string | undefined): void {
  if (marks === undefined) return;
  try {
    makeFolder(marks);
    writeFileSync(markOf(path, marks), path);
  } catch {
    // A home folder that cannot be written costs the cleaning up after a crash, nothing else.
  }
}

function unmark(path: string, marks: string | undefined): void {
  if (marks !== undefined) discard(markOf(path, marks));
}

function discard(file: string): void {
  try {
    unlinkSync(file);
  } catch {
    // It could not be made, or another process has swept it.
  }
}

function isHeldElsewhere(path: string, marks: string | undefined): boolean {
  if (marks === undefined) return false;
  return marksIn(marks).some(
    (one) => one.path === path && one.pid !== process.pid && isAlive(one.pid),
  );
}

function marksIn(marks: string): { file: string; path: string; pid: number }[] {
  let names: string[];
  try {
    names = readdirSync(marks);
  } catch {
    return [];
  }
  return names.flatMap((name) => {
    const pid = /^[0-9a-f]{64}\.(\d+)$/.exec(name)?.[1];
    if (pid === undefined) return [];
    const file = join(marks, name);
    try {
      return [{ file, path: readFileSync(file, "utf8"), pid: Number(pid) }];
    } catch {
      // Its process has just taken it away.
      return [];
    }
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
