import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { run } from "../exec/run.ts";
import type { LandlockOrder } from "./landlock-order.ts";
import type { Wrapped } from "./wrapped.ts";
import { realTarget, type WritableRoot } from "./policy.ts";
import { none, type SandboxProbe } from "./probe.ts";
import { networkFilter } from "./seccomp.ts";

// Beside this file: built, or as source.
const ownHelper = ["./landlock-helper.cjs", "./landlock-helper.ts"]
  .map((name) => fileURLToPath(new URL(name, import.meta.url)))
  .find((path) => existsSync(path));

const weaker =
  "Landlock is used, which is weaker: commands can change .git, see other processes and change modes and times of files";
/** Before version 3, which came with Linux 6.2, the right to cut a file short cannot be taken away. */
const weakest = `${weaker}, and on this kernel also cut files short`;
const truncateVersion = 3;

// By helper, for the life of the process.
const tried = new Map<string, Promise<SandboxProbe>>();

/** Takes the rights away from a process of its own once, to see whether that works here. */
export function probeLandlock(helper = ownHelper): Promise<SandboxProbe> {
  if (helper === undefined) return Promise.resolve(none("the Landlock helper is missing"));
  const known = tried.get(helper) ?? tryHelper(helper);
  tried.set(helper, known);
  return known;
}

async function tryHelper(helper: string): Promise<SandboxProbe> {
  const filter = networkFilter(process.arch, { namespace: false });
  if (filter === undefined) return none(`no filter for the processor "${process.arch}"`);
  const result = await run({
    ...helperCommand(helper, [], { writable: [], filter: filter.toString("base64"), env: {} }),
    cwd: "/",
    env: {},
    timeoutMs: 5000,
    signal: new AbortController().signal,
    onOutput: () => undefined,
  });
  if (result.exitCode !== 0) {
    return none(result.startError ?? (result.stderr.trim() || `exit code ${result.exitCode}`));
  }
  const version = Number(result.stdout);
  return {
    available: true,
    mechanism: "landlock",
    weaker: version < truncateVersion ? weakest : weaker,
  };
}

export interface LandlockRequest {
  /** The one that comes along, if undefined. */
  readonly helper: string | undefined;
  readonly roots: readonly WritableRoot[];
  readonly networkAllowed: boolean;
  /** The whole environment of the command. */
  readonly env: Readonly<Record<string, string>>;
}

/** What to start instead of `command`; the helper itself gets none of the command's variables. */
export function landlocked(
  command: readonly string[],
  { helper = ownHelper, roots, networkAllowed, env }: LandlockRequest,
): Pick<Wrapped, "command" | "files" | "wrapperEnv"> {
  if (helper === undefined) throw new Error("the Landlock helper is missing");
  const folders = roots.map(({ root }) => realTarget(root)).filter((path) => path !== undefined);
  const filter = networkAllowed ? undefined : networkFilter(process.arch, { namespace: false });
  return helperCommand(helper, command, {
    // A root that does not exist cannot be written either.
    writable: ["/dev/null", ...new Set(folders.filter((path) => existsSync(path)))],
    filter: filter?.toString("base64") ?? null,
    env,
  });
}

function helperCommand(helper: string, command: readonly string[], order: LandlockOrder) {
  return {
    command: [process.execPath, helper, ...command],
    files: [Buffer.from(JSON.stringify(order))],
    wrapperEnv: {},
  };
}
