import type { Duration } from "../../../core/index.ts";
import { formatForModel, shellResultJson } from "../exec/output.ts";
import { parseCommand } from "../exec/parsed-command.ts";
import { prepareCommand } from "../exec/prepare.ts";
import { run, type RunRequest, type RunResult } from "../exec/run.ts";
import { runSandboxed } from "../sandbox/index.ts";
import type { TaskContext } from "../turn/task.ts";
import { unlessAborted } from "../turn/wait.ts";

/** An argument vector to run, and where. */
export interface Command {
  readonly callId: string;
  readonly command: readonly string[];
  /** Absolute. */
  readonly cwd: string;
  readonly timeoutMs: number;
}

/** How it went; `output` is what the model is told. */
export interface CommandReport {
  readonly result: RunResult;
  readonly output: string;
}

// A flood is not worth more events: the end event has the output as a whole.
const maxDeltasPerStream = 10_000;

/**
 * Runs one command between its begin and end events. An interrupted one has no end event: that its
 * turn was aborted says it all.
 */
export async function runCommand(
  task: TaskContext,
  { callId, command, cwd, timeoutMs }: Command,
  { sandboxed }: { readonly sandboxed: boolean },
): Promise<CommandReport> {
  const { session, signal } = task;
  const { settings } = session;
  const parsed = await parseCommand(command);
  task.emit({
    type: "exec_command_begin",
    call_id: callId,
    command: [...command],
    cwd,
    parsed_cmd: parsed,
  });
  const request: RunRequest = {
    ...prepareCommand(command, settings, session.env),
    cwd,
    timeoutMs,
    signal,
    onOutput: outputEvents(task, callId),
  };
  const result = sandboxed
    ? await runSandboxed(
        session.sandbox,
        { policy: settings.sandboxPolicy, cwd: session.cwd },
        request,
      )
    : await run(request);
  if (signal.aborted) return { result, output: "aborted" };
  return conclude(task, callId, { result, timeoutMs });
}

function outputEvents(task: TaskContext, callId: string) {
  const left = { stdout: maxDeltasPerStream, stderr: maxDeltasPerStream };
  return (stream: "stdout" | "stderr", chunk: Buffer): Promise<void> | undefined => {
    if (left[stream] === 0 || task.signal.aborted) return undefined;
    left[stream] -= 1;
    task.emit({
      type: "exec_command_output_delta",
      call_id: callId,
      stream,
      chunk: chunk.toString("base64"),
    });
    const room = task.ready();
    return room === undefined ? undefined : unlessAborted(room, task.signal);
  };
}

/** The end event and the model tell the same story; a command that never started is an error of ours. */
function conclude(
  task: TaskContext,
  callId: string,
  { result, timeoutMs }: { result: RunResult; timeoutMs: number },
): CommandReport {
  const failure = result.startError === undefined ? "" : `execution error: ${result.startError}`;
  const formatted =
    failure || formatForModel(endingOf(result, timeoutMs) + result.aggregatedOutput);
  task.emit({
    type: "exec_command_end",
    call_id: callId,
    stdout: result.stdout,
    stderr: result.stderr || failure,
    aggregated_output: result.aggregatedOutput || failure,
    exit_code: result.exitCode,
    duration: durationOf(result.durationMs),
    formatted_output: formatted,
  });
  const output = failure || shellResultJson(formatted, result.exitCode, result.durationMs);
  return { result, output };
}

/** Says in words what an exit code cannot. */
function endingOf(result: RunResult, timeoutMs: number): string {
  if (result.timedOut) return `command timed out after ${timeoutMs} milliseconds\n`;
  if (result.killedBy !== undefined) return `command killed by signal ${result.killedBy}\n`;
  return "";
}

function durationOf(ms: number): Duration {
  const secs = Math.floor(ms / 1000);
  return { secs, nanos: Math.round((ms - secs * 1000) * 1e6) };
}
