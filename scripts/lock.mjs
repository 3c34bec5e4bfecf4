import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { root } from "./stamp.mjs";

const lock = `${root}.bootstrap-lock`;

/** Runs `work` while no other process installs or builds here. */
export async function withLock(work) {
  for (let waited = 0; !acquire(); waited += 100) {
    if (waited === 2000) process.stderr.write("portico: waiting for another install or build\n");
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const release = () => {
    // Moved before it is emptied: an empty folder would pass for a free lock.
    renameSync(lock, `${lock}-${process.pid}`);
    rmSync(`${lock}-${process.pid}`, { recursive: true });
  };
  process.once("exit", release);
  try {
    return await work();
  } finally {
    process.off("exit", release);
    release();
  }
}

function acquire() {
  try {
    // Made complete under a name of its own: a lock that can be seen names its owner.
    const mine = `${lock}-${process.pid}`;
    mkdirSync(mine, { recursive: true });
    writeFileSync(`${mine}/pid`, String(process.pid));
    try {
      renameSync(mine, lock);
      return true;
    } finally {
      rmSync(mine, { recursive: true, force: true });
    }
  } catch (error) {
    if (error.code !== "ENOTEMPTY" && error.code !== "EEXIST") throw error;
    removeAbandoned();
    return false;
  }
}

function removeAbandoned() {
  const owner = ownerOf(lock);
  if (owner === undefined || isAlive(owner)) return;
  // Taken aside first: of several waiting processes one does this, and none deletes a newer lock.
  const aside = `${lock}-${process.pid}-abandoned`;
  try {
    renameSync(lock, aside);
    if (ownerOf(aside) === owner) rmSync(aside, { recursive: true, force: true });
    else renameSync(aside, lock);
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
  }
}

function ownerOf(folder) {
  try {
    return Number(readFileSync(`${folder}/pid`, "utf8"));
  } catch {
    return undefined;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === "EPERM";
  }
}
