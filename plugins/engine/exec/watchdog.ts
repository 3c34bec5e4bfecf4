import type { ChildProcess } from "node:child_process";
import type { Socket } from "node:net";

// Its input ends with us, also where nothing of ours can run any more: SIGKILL, or out of memory.
const script = `groups=
mark=
while read -r change group; do
  [ "$change" = mark ] && { mark=$group; continue; }
  rest=
  for one in $groups; do [ "$one" = "$group" ] || rest="$rest $one"; done
  groups=$rest
  [ "$change" = + ] && groups="$groups $group"
done
for one in $groups; do kill -s KILL -- "-$one"; done
[ -n "$mark" ] || exit
for file in $(grep -lasF -- "$mark" /proc/[0-9]*/environ); do
  one=\${file#/proc/}
  kill -s KILL "\${one%/environ}"
done`;

let watchdog: ChildProcess | undefined;
let known: string | undefined;

/**
 * Tells a small process beside us that a process group is ours to end (`+`), or no longer (`-`), or
 * what is in the environment of our commands (`mark`). It kills what is left when we are gone,
 * however we went. Best effort: without it commands still run.
 */
export function tellWatchdog(...[change, what]: ["+" | "-", number] | ["mark", string]): void {
  if (change === "mark") {
    if (known === what) return;
    known = what;
  }
  if (watchdog === undefined) {
    if (change !== "+" || process.platform === "win32") return;
    watchdog = start();
  }
  watchdog.stdin?.write(`${change} ${what}\n`);
}

function start(): ChildProcess {
  const { spawn } = process.getBuiltinModule("node:child_process");
  const child = spawn("/bin/sh", ["-c", script], {
    cwd: "/",
    env: {},
    stdio: ["pipe", "ignore", "ignore"],
    // Out of our group, or the signal that ends all of it would end the watchdog too.
    detached: true,
  });
  child.on("error", nothing);
  child.stdin.on("error", nothing);
  child.unref();
  // Node makes sockets of pipes; this one must not keep us alive either.
  (child.stdin as Socket).unref();
  return child;
}

function nothing(): void {}
