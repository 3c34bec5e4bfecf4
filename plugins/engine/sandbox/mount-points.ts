import { mkdirSync, rmdirSync } from "node:fs";

// Folders that we made only to mount something read-only on them, with how many commands use each.
const users = new Map<string, number>();

/**
 * Makes sure there is something to guard at this path. The result releases it; the last release
 * removes the folder if we made it and it is still empty. Undefined where no folder can be made:
 * there the command cannot make one either. Synchronous, so that two commands cannot get between.
 */
export function holdMountPoint(path: string): (() => void) | undefined {
  const count = users.get(path);
  if (count !== undefined) {
    users.set(path, count + 1);
    return () => release(path);
  }
  try {
    mkdirSync(path);
  } catch (error) {
    const there = error instanceof Error && "code" in error && error.code === "EEXIST";
    return there ? () => {} : undefined;
  }
  users.set(path, 1);
  return () => release(path);
}

function release(path: string): void {
  const left = (users.get(path) ?? 1) - 1;
  if (left > 0) {
    users.set(path, left);
    return;
  }
  users.delete(path);
  try {
    rmdirSync(path);
  } catch {
    // Not empty, or gone: somebody outside the sandbox made a repository of it meanwhile.
  }
}
