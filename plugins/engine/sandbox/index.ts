import type { SandboxPolicy } from "../../../core/index.ts";
import { run, type RunRequest, type RunResult } from "../exec/run.ts";
import { showsDenial } from "./denial.ts";
import { bubblewrap } from "./linux.ts";
import { seatbelt } from "./macos.ts";
import { mayUseNetwork, writableRoots } from "./policy.ts";
import { none, probeBubblewrap, probeHelper, probeSeatbelt, type SandboxProbe } from "./probe.ts";

export type { SandboxProbe } from "./probe.ts";

type Env = Readonly<Record<string, string | undefined>>;

/** Where a sandboxed command runs: roots count from `cwd`, the command starts in `commandCwd`. */
export interface Where {
  readonly policy: SandboxPolicy;
  readonly cwd: string;
  readonly commandCwd: string;
  readonly env: Env;
}

/** What to run instead of a command; `env` is added to its own. */
export interface Wrapped {
  readonly command: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** For `RunRequest.files`; without them the command does not start. */
  readonly files: readonly Buffer[];
  /** For `RunRequest.inner`: a wrapper answers 1 where the program is missing. */
  readonly inner: readonly string[];
  /** To be called when the command ended: removes what the wrapping left on the disk. */
  readonly dispose: () => Promise<void>;
}

/** Holds commands inside a policy. */
export interface Sandbox {
  probe(): Promise<SandboxProbe>;
  /** Throws where `probe` finds nothing available: never falls back to the bare command. */
  wrap(command: readonly string[], where: Where): Promise<Wrapped>;
  /** Did this run, finished under this policy, fail because of the sandbox? */
  wasDenied(result: RunResult, policy: SandboxPolicy): boolean;
}

/** The sandbox of this machine: the configured helper, else the platform's own. */
export function openSandbox(options: { env: Env; helperPath: string | undefined }): Sandbox {
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
    const { command, files, inner, env } = wrapped;
    return await run({ ...request, command, files, inner, env: { ...request.env, ...env } });
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

type Options = Parameters<typeof openSandbox>[0];

async function findMechanism({ env, helperPath }: Options) {
  if (helperPath !== undefined) return probeHelper(helperPath);
  if (process.platform === "linux") return probeBubblewrap(env);
  if (process.platform === "darwin") return probeSeatbelt();
  return none(`no sandbox for the platform "${process.platform}"`);
}

async function wrap(
  command: readonly string[],
  { policy, cwd, commandCwd, env }: Where,
  options: Options,
): Promise<Wrapped> {
  const plain = { command, files: [], inner: command, dispose: async () => {} };
  if (policy.mode === "danger-full-access") return plain;
  const found: Awaited<ReturnType<typeof probeBubblewrap>> = await findMechanism(options);
  const networkAllowed = mayUseNetwork(policy);
  const roots = () => writableRoots(policy, cwd, env);

  if (found.mechanism === "external-helper" && options.helperPath !== undefined) {
    const helper = [options.helperPath, cwd, JSON.stringify(policy), "--"];
    return { ...plain, command: [...helper, ...command] };
  }
  if (found.mechanism === "seatbelt") {
    return { ...plain, ...seatbelt(command, roots(), networkAllowed) };
  }
  const { program, variant } = found;
  if (program === undefined || variant === undefined) {
    throw new Error(`no sandbox available: ${found.problem ?? "unknown reason"}`);
  }
  const made = await bubblewrap(command, {
    program,
    variant,
    roots: roots(),
    networkAllowed,
    commandCwd,
  });
  return { ...plain, ...made };
}
