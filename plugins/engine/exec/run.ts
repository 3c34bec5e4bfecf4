import type * as ChildProcess from "node:child_process";
import { Writable } from "node:stream";
import type { Readable } from "node:stream";
import { Capture } from "./capture.ts";
import { forget, remember, signalGroup } from "./groups.ts";
import { startProblem } from "./startable.ts";
import { markOf, Stragglers } from "./stragglers.ts";

export { killAll } from "./groups.ts";

/** One command: `command` is executed directly, never through a shell, with a null stdin. */
export interface RunRequest {
  readonly command: readonly string[];
  readonly cwd: string;
  /** The complete environment; nothing is inherited. With a mark, daemons are found and ended too. */
  readonly env: Readonly<Record<string, string>>;
  readonly timeoutMs: number;
  /** Aborted: the command ends with all that it started, at the latest 80 ms later. */
  readonly signal: AbortSignal;
  /** Called per piece of at most 8192 bytes; a returned promise pauses the reading of that stream. */
  onOutput(stream: "stdout" | "stderr", chunk: Buffer): Promise<void> | undefined;
  /** Readable by the command as file descriptors 3, 4, …; what `Sandbox.wrap` gives. */
  readonly files?: readonly Buffer[];
  /** Kept from the start, and again from the end, of stdout and of stderr; a MiB unless given. */
  readonly keptBytes?: number;
  /** The command that `command` wraps: it is checked in its place, as wrappers hide why it fails. */
  readonly inner?: readonly string[];
  /** What the wrapper itself gets instead of `env`; it hands `env` on by a way of its own. */
  readonly wrapperEnv?: Readonly<Record<string, string>>;
}

/**
 * How a command ended. Each text keeps its first and last part, invalid UTF-8 replaced; nobody waits
 * for those of an aborted command, they are empty.
 */
export interface RunResult {
  /** 124 after a time-out; -1 when it was not started or a signal ended it. */
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly aggregatedOutput: string;
  readonly durationMs: number;
  readonly timedOut: boolean;
  readonly aborted: boolean;
  readonly killedBy: string | undefined;
  readonly startError: string | undefined;
}

type Ending = Pick<RunResult, "exitCode" | "timedOut" | "aborted" | "killedBy" | "startError">;

type Stopped = "timedOut" | "aborted" | undefined;

const pieceBytes = 8192;
/** Between asking a group to end and ending it. */
const graceMs = 80;
/** After the exit, pipes that a background process holds are read until this much silence … */
const silenceMs = 250;
/** … and no longer than this, whatever it prints. */
const drainMs = 1000;
const drainStepMs = 25;
const longestTimerMs = 2 ** 31 - 1;

/** Runs one command to its end. Never rejects. */
export async function run(request: RunRequest): Promise<RunResult> {
  // Not `performance`, which takes Node a while to load.
  const started = process.hrtime.bigint();
  const output = new Output(request);
  const ending = await runToEnding(request, output);
  const textOf = (kept: Capture) => (ending.aborted ? "" : kept.text());
  return {
    ...ending,
    stdout: textOf(output.stdout),
    stderr: textOf(output.stderr),
    aggregatedOutput: textOf(output.both),
    durationMs: Number(process.hrtime.bigint() - started) / 1e6,
  };
}

/** Loads what commands need in the next free moment, which is when the model begins to think. */
export function expectCommands(): void {
  setImmediate(childProcess);
}

async function runToEnding(request: RunRequest, output: Output): Promise<Ending> {
  const problem = startProblem(request.inner ?? request.command, request.cwd, request.env);
  if (request.signal.aborted) return { ...notStarted, aborted: true };
  if (problem !== undefined) return { ...notStarted, startError: problem.message };
  let child: Child | string;
  try {
    child = await start(request);
  } catch (error) {
    child = error instanceof Error ? error.message : String(error);
  }
  if (typeof child === "string") {
    const program = JSON.stringify((request.inner ?? request.command)[0]);
    return { ...notStarted, startError: `cannot start ${program}: ${child}` };
  }
  return attend(child, request, output);
}

const notStarted: Ending = {
  exitCode: -1,
  timedOut: false,
  aborted: false,
  killedBy: undefined,
  startError: undefined,
};

interface Child {
  readonly group: number;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly exit: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

async function start({
  command,
  cwd,
  env,
  wrapperEnv,
  files = [],
}: RunRequest): Promise<Child | string> {
  const [program = "", ...args] = command;
  const child = childProcess().spawn(program, args, {
    cwd,
    env: wrapperEnv ?? env,
    stdio: ["ignore", "pipe", "pipe", ...files.map(() => "pipe" as const)],
    detached: true,
  });
  const failure = new Promise<Error>((resolve) => child.on("error", resolve));
  const { pid, stdout, stderr } = child;
  if (pid === undefined || stdout === null || stderr === null) return (await failure).message;
  const exit = new Promise<Awaited<Child["exit"]>>((resolve) => {
    child.once("exit", (code, signal) => resolve({ code, signal }));
  });
  for (const [index, file] of files.entries()) {
    const pipe = child.stdio[3 + index];
    // A command that does not read it to its end is free to.
    if (pipe instanceof Writable) pipe.on("error", nothing).end(file);
  }
  return { group: pid, stdout, stderr, exit };
}

/** No library in between: it would double what the start of a command costs. */
function childProcess(): typeof ChildProcess {
  return process.getBuiltinModule("node:child_process");
}

async function attend(child: Child, request: RunRequest, output: Output): Promise<Ending> {
  const mark = markOf(request.env);
  remember(child.group, mark);
  const stragglers = new Stragglers({ groups: new Set([child.group]), mark });
  const reading = Promise.all([
    output.read("stdout", child.stdout),
    output.read("stderr", child.stderr),
  ]);
  let stopped: Stopped;
  let lastResort: NodeJS.Timeout | undefined;
  const kill = () => {
    signalGroup(child.group, "SIGKILL");
    stragglers.signal("SIGKILL");
  };
  const stop = (why: "timedOut" | "aborted") => {
    if (stopped !== undefined) return;
    stopped = why;
    // First: they are found below the command while it lives.
    stragglers.signal("SIGTERM");
    signalGroup(child.group, "SIGTERM");
    lastResort = setTimeout(kill, graceMs);
  };
  const onAbort = () => stop("aborted");
  request.signal.addEventListener("abort", onAbort, { once: true });
  if (request.signal.aborted) onAbort();
  const limit = setTimeout(() => stop("timedOut"), Math.min(request.timeoutMs, longestTimerMs));

  try {
    const { code, signal } = await child.exit;
    clearTimeout(limit);
    // Its first process is gone, but those it started may have ignored the polite signal.
    if (stopped !== undefined) kill();
    await Promise.race([reading, output.drained(() => stopped)]);
    if (stopped === "timedOut") return { ...notStarted, exitCode: 124, timedOut: true };
    const killedBy = signal ?? undefined;
    return { ...notStarted, exitCode: code ?? -1, aborted: stopped === "aborted", killedBy };
  } finally {
    clearTimeout(limit);
    clearTimeout(lastResort);
    request.signal.removeEventListener("abort", onAbort);
    output.close();
    child.stdout.destroy();
    child.stderr.destroy();
    forget(child.group);
  }
}

/** What a command printed: handed on in pieces, kept in part, and watched for silence. */
class Output {
  readonly stdout: Capture;
  readonly stderr: Capture;
  readonly both = new Capture();
  readonly #request: RunRequest;
  #pieces = 0;
  #waiting = 0;
  #closed = false;

  constructor(request: RunRequest) {
    this.#request = request;
    this.stdout = new Capture(request.keptBytes);
    this.stderr = new Capture(request.keptBytes);
  }

  async read(name: "stdout" | "stderr", stream: Readable): Promise<void> {
    try {
      for await (const chunk of stream as AsyncIterable<Buffer>) await this.#take(name, chunk);
    } catch {
      // The stream was destroyed under us when the command was given up; what came so far counts.
    }
  }

  /** Stops handing pieces on: nothing is reported after the call has its result. */
  close(): void {
    this.#closed = true;
  }

  /** Resolves when the pipes were silent long enough after the exit, or open too long. */
  async drained(stopped: () => Stopped): Promise<void> {
    let silent = 0;
    let open = 0;
    let pieces = this.#pieces;
    while (!this.#closed && silent < silenceMs && open < drainMs && stopped() !== "aborted") {
      await new Promise((resolve) => setTimeout(resolve, drainStepMs));
      // A reader that makes us wait is no silence; a command that was stopped waits for nobody.
      if (this.#waiting > 0 && stopped() === undefined) continue;
      silent = pieces === this.#pieces ? silent + drainStepMs : 0;
      open += drainStepMs;
      pieces = this.#pieces;
    }
  }

  async #take(name: "stdout" | "stderr", chunk: Buffer): Promise<void> {
    for (let at = 0; at < chunk.length && !this.#closed; at += pieceBytes) {
      const piece = chunk.subarray(at, at + pieceBytes);
      this[name].push(piece);
      this.both.push(piece);
      this.#pieces++;
      const pause = this.#request.onOutput(name, piece);
      if (pause === undefined) continue;
      this.#waiting++;
      await pause.catch(nothing).finally(() => this.#waiting--);
    }
  }
}

function nothing(): void {}
