import { access, constants } from "node:fs/promises";
import { run } from "../exec/run.ts";
import { findProgram } from "../exec/startable.ts";
import { baseArguments, type BubblewrapVariant } from "./linux.ts";
import { seatbeltProgram } from "./macos.ts";
import { networkFilter } from "./seccomp.ts";

/** What can hold commands back on this machine; `help` says what to install or allow. */
export interface SandboxProbe {
  readonly available: boolean;
  readonly mechanism: "bubblewrap" | "external-helper" | "landlock" | "seatbelt" | "none";
  readonly problem?: string;
  /** Why this is not the mechanism one would want, and what it leaves open. */
  readonly weaker?: string;
  readonly help?: string;
}

export interface BubblewrapProbe extends SandboxProbe {
  readonly program?: string;
  readonly variant?: BubblewrapVariant;
}

type Env = Readonly<Record<string, string | undefined>>;

const installHelp =
  "install it with `apt-get install bubblewrap` (Debian, Ubuntu) or `dnf install bubblewrap` (Fedora, RHEL)";
const namespaceHelp =
  "allow user namespaces: `sysctl -w kernel.unprivileged_userns_clone=1` (Debian), `sysctl -w kernel.apparmor_restrict_unprivileged_userns=0` (Ubuntu 24.04), `sysctl -w user.max_user_namespaces=10000` (RHEL); in a container, allow them in its security profile";

// The program by PATH: every command asks, and looking through PATH takes a while.
const found = new Map<string, string>();
// By program, for the life of the process. A program that is missing is looked for again, so that
// an installation is noticed without a restart.
const tried = new Map<string, Promise<BubblewrapProbe>>();

/** Finds bubblewrap on PATH and runs `true` under it once per process. */
export async function probeBubblewrap(env: Env): Promise<BubblewrapProbe> {
  if (networkFilter() === undefined) {
    return none(`no system call filter for the processor "${process.arch}"`);
  }
  const path = env["PATH"] ?? "";
  const program = found.get(path) ?? findProgram("bwrap", { env, cwd: undefined });
  if (program === undefined) {
    return none("bubblewrap is not installed: no bwrap on PATH", installHelp);
  }
  found.set(path, program);
  const known = tried.get(program) ?? tryProgram(program);
  tried.set(program, known);
  return known;
}

/** The helper that a setting names must be there; it is not run, as it has no way to be asked. */
export async function probeHelper(path: string): Promise<SandboxProbe> {
  try {
    await access(path, constants.X_OK);
    return { available: true, mechanism: "external-helper" };
  } catch {
    return none(
      `the sandbox helper is not an executable file: ${JSON.stringify(path)}`,
      "correct or remove codex_linux_sandbox_exe",
    );
  }
}

export async function probeSeatbelt(): Promise<SandboxProbe> {
  try {
    await access(seatbeltProgram, constants.X_OK);
    return { available: true, mechanism: "seatbelt" };
  } catch {
    return none(`not found: ${seatbeltProgram}`);
  }
}

export function none(problem: string, help?: string): SandboxProbe {
  const known = { available: false, mechanism: "none", problem } as const;
  return help === undefined ? known : { ...known, help };
}

async function tryProgram(program: string): Promise<BubblewrapProbe> {
  let reason = "";
  // The plain one first: for root it needs no user namespace, where few files have an owner.
  for (const variant of [{ unshareUser: false }, { unshareUser: true }]) {
    const result = await run({
      command: [program, ...baseArguments(variant, false), "--seccomp", "3", "--", "true"],
      cwd: "/",
      env: { PATH: "/usr/local/bin:/usr/bin:/bin" },
      timeoutMs: 5000,
      signal: new AbortController().signal,
      onOutput: () => undefined,
      files: [networkFilter() ?? Buffer.alloc(0)],
    });
    if (result.exitCode === 0)
      return { available: true, mechanism: "bubblewrap", program, variant };
    reason = result.startError ?? (result.stderr.trim() || `exit code ${result.exitCode}`);
  }
  return none(`bubblewrap does not work here: ${reason}`, namespaceHelp);
}
