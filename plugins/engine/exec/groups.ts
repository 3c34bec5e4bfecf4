import { ownMark, Stragglers } from "./stragglers.ts";
import { tellWatchdog } from "./watchdog.ts";

// Process groups of commands, by the id of their first process. A group stays here after its
// command ended while a background process of it still lives.
const groups = new Set<number>();

/** Remembers a group until `forget`, so that `killAll` reaches it, and the watchdog if we cannot. */
export function remember(group: number, mark?: string): void {
  groups.add(group);
  tellWatchdog("+", group);
  const ours = ownMark();
  if (mark !== undefined && ours !== undefined) tellWatchdog("mark", ours);
}

/** Forgets a group, unless processes of it are still alive. */
export function forget(group: number): void {
  groups.add(group);
  // An id is free for strangers once its group is gone: the dead ones must not be kept for killAll.
  for (const known of groups) if (!signalGroup(known, 0)) drop(known);
}

/**
 * Kills every command that still runs, with all of its processes, and what earlier ones left in the
 * background. Synchronous, for the way out.
 */
export function killAll(): void {
  const mark = ownMark();
  if (mark !== undefined) new Stragglers({ groups: new Set(groups), mark }).signal("SIGKILL");
  for (const group of groups) {
    signalGroup(group, "SIGKILL");
    drop(group);
  }
}

function drop(group: number): void {
  groups.delete(group);
  tellWatchdog("-", group);
}

/** Sends a signal to a whole group; false when there is no such group any more. */
export function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-group, signal);
  } catch (error) {
    // EPERM: it is there, but runs as somebody else (a program that changes its user).
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
