import type { SandboxPolicy } from "../../../core/index.ts";
import { run, type RunRequest, type RunResult } from "../exec/run.ts";
import { showsDenial } from "./denial.ts";
import { bubblewrap } from "./linux.ts";
import { seatbelt } from "./macos.ts";
import { sweepMountPoints } from "./mount-points.ts";
import { mayUseNetwork, writableRoots } from "./policy.ts";
import {
  type BubblewrapProbe,
  none,
  probeBubblewrap,
  probeHelper,
  probeSeatbelt,
  type SandboxProbe,
} from "./probe.ts";
import type { Wrapped } from "./wrapped.ts";

export type { SandboxProbe } from "./probe.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** Where a sandboxed command runs: roots count from `cwd`, the command starts in `commandCwd`. */
export interface Where {
  readonly policy: SandboxPolicy;
  readonly cwd: string;
  readonly commandCwd: string;
  readonly env: Env;
}

/** Holds commands inside a policy. */
export interface Sandbox {
  probe(): Promise<SandboxProbe>;
  /** Throws where `probe` finds nothing available: never falls back to the bare command. */
  wrap(command: readonly string[], where: Where): Promise<Wrapped>;
  /** Did this run, finished under this policy, fail because of the sandbox? */
  wasDenied(result: RunResult, policy: SandboxPolicy): boolean;
}

export interface SandboxOptions {
  /** Of the engine: where bubblewrap is looked for. */
  readonly env: Env;
  /** codex_linux_sandbox_exe */
  readonly helperPath: string | undefined;
  /** The Landlock helper, unless the one that comes along. */
  readonly landlock?: string;
  /** A folder for marks of what is on the disk while commands run; swept once per process. */
  readonly marks?: string;
}

/** The sandbox of this machine: the configured helper, else bubblewrap, else Landlock; or macOS's. */
export function openSandbox(options: SandboxOptions): Sandbox {
  if (options.marks !== undefined && !swept.has(options.marks)) {
    swept.add(options.marks);
    sweepMountPoints(options.marks);
  }
  return {
    probe: async () => {
      const { available, mechanism, problem, weaker, help } = await findMechanism(options);
      return {
        available,
        mechanism,
        ...(problem !== undefined && { problem }),
        ...(weaker !== undefined && { weaker }),
        ...(help !== undefined && { help }),
      };
    },
    wrap: (command, where) => wrap(command, where, options),
    wasDenied: (result, policy) => showsDenial(result, mayUseNetwork(policy)),
  };
}

const swept = new Set<string>();

/** Wraps, runs and cleans up. Never rejects: what cannot be wrapped is a start error. */
export async function runSandboxed(
  sandbox: Sandbox,
  policy: { readonly policy: SandboxPolicy; readonly cwd: string },
  request: RunRequest,
): Promise<RunResult> {
  const where = { ...policy, commandCwd: request.cwd, env: request.env };
  let wrapped: Wrapped;
  try {
    wrapped = await sandbox.wrap(request.command, where);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { ...unstarted, startError: message };
  }
  try {
    const { dispose: _, env, ...wrapping } = wrapped;
    return await run({ ...request, ...wrapping, env: { ...request.env, ...env } });
  } finally {
    await wrapped.dispose();
  }
}

const unstarted: Omit<RunResult, "startError"> = {
  exitCode: -1,
  stdout: "",
  stderr: "",
  aggregatedOutput: "",
  durationMs: 0,
  timedOut: false,
  aborted: false,
  killedBy: undefined,
};

type Mechanism = BubblewrapProbe;

async function findMechanism({ env, helperPath, landlock }: SandboxOptions): Promise<Mechanism> {
  if (helperPath !== undefined) return probeHelper(helperPath);
  if (process.platform === "darwin") return probeSeatbelt();
  if (process.platform !== "linux") {
    return none(`no sandbox for the platform "${process.platform}"`);
  }
  const wanted = await probeBubblewrap(env);
  if (wanted.available) return wanted;
  const { problem = "bubblewrap cannot be used", help } = wanted;
  const found = await (await import("./landlocked.ts")).probeLandlock(landlock);
  if (!found.available) {
    return none(`${problem}; Landlock cannot be used either: ${found.problem}`, help);
  }
  const weaker = `${problem}: ${found.weaker}`;
  return { ...found, weaker, ...(help !== undefined && { help }) };
}

async function wrap(
  command: readonly string[],
  where: Where,
  options: SandboxOptions,
): Promise<Wrapped> {
  const { policy, cwd, commandCwd } = where;
  const plain = { command, files: [], inner: command, dispose: async () => {} };
  if (policy.mode === "danger-full-access") return plain;
  const { mechanism, program, variant, problem } = await findMechanism(options);
  if (mechanism === "external-helper" && options.helperPath !== undefined) {
    const helper = [options.helperPath, cwd, JSON.stringify(policy), "--"];
    return { ...plain, command: [...helper, ...command] };
  }
  const env = present(where.env);
  const networkAllowed = mayUseNetwork(policy);
  const inside = { roots: writableRoots(policy, cwd, env), networkAllowed, env };
  if (mechanism === "seatbelt") {
    return { ...plain, ...seatbelt(command, inside.roots, networkAllowed) };
  }
  if (mechanism === "landlock") {
    const { landlocked } = await import("./landlocked.ts");
    return { ...plain, ...landlocked(command, { ...inside, helper: options.landlock }) };
  }
  if (program === undefined || variant === undefined) {
    throw new Error(`no sandbox available: ${problem ?? "unknown reason"}`);
  }
  const bwrap = { ...inside, program, variant, commandCwd, marks: options.marks };
  return { ...plain, ...(await bubblewrap(command, bwrap)) };
}

function present(env: Env): Record<string, string> {
  const set: Record<string, string> = {};
  for (const [name, value] of Object.entries(env)) if (value !== undefined) set[name] = value;
  return set;
}
