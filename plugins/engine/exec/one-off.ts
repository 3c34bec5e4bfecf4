import { join, resolve } from "node:path";
import { ConversationError, isConversationError } from "../../../core/index.ts";
import type { CommandFailure, CommandRequest, CommandResult } from "../../../core/index.ts";
import { openSandbox, runSandboxed } from "../sandbox/index.ts";
import { readSettings, withOverrides, type EngineSettings } from "../settings.ts";
import type { Surroundings } from "../surroundings.ts";
import { prepareCommand } from "./prepare.ts";
import { startProblem } from "./startable.ts";

const defaultTimeoutMs = 10_000;

/** Twice this much of each stream is handed over, far more than a message should be. */
const keptBytes = 32 << 20;

/** Runs a command as the shell tool would, but asks nobody. Rejects as `Commands.run`. */
export async function runOneOff(
  { environment, settings }: Surroundings,
  request: CommandRequest,
  signal: AbortSignal,
): Promise<CommandResult> {
  const { command, timeoutMs = defaultTimeoutMs } = request;
  if (command.length === 0) throw new ConversationError("request", "command must not be empty");
  const { env } = environment;
  const cwd = resolve(environment.cwd, request.cwd ?? "");
  const chosen = underCeiling(await readSettings(await settings.load(), {}, cwd), request, cwd);
  const prepared = prepareCommand(command, chosen, env);
  const problem = startProblem(prepared.command, cwd, prepared.env);
  if (problem !== undefined) throw failure(problem.code, problem.message);
  // Nothing that is given no time is started.
  if (timeoutMs <= 0) throw timedOut(timeoutMs);
  const sandbox = openSandbox({
    env,
    helperPath: chosen.sandboxHelper,
    marks: join(settings.home, "tmp", "mount-points"),
  });
  const result = await runSandboxed(
    sandbox,
    { policy: chosen.sandboxPolicy, cwd },
    {
      ...prepared,
      cwd,
      timeoutMs,
      signal,
      keptBytes,
      onOutput: () => undefined,
    },
  );
  // It could be started; a sandbox for it could not.
  if (result.startError !== undefined) throw new ConversationError("session", result.startError);
  if (result.timedOut) throw timedOut(timeoutMs);
  if (result.aborted) throw new ConversationError("session", "the command was cancelled");
  if (result.killedBy !== undefined) {
    const message = `command was killed by a signal: ${result.killedBy}`;
    throw failure("KILLED", message);
  }
  const { exitCode, stdout, stderr } = result;
  return { exitCode, stdout, stderr };
}

function underCeiling(
  settings: EngineSettings,
  { sandboxPolicy }: CommandRequest,
  cwd: string,
): EngineSettings {
  if (sandboxPolicy === undefined) return settings;
  try {
    return withOverrides(settings, { sandboxPolicy }, cwd);
  } catch (cause) {
    // The settings are fine; it is the request that asks for too much.
    if (!isConversationError(cause)) throw cause;
    throw new ConversationError("request", cause.message, { cause });
  }
}

function timedOut(timeoutMs: number): ConversationError {
  return failure("ETIMEDOUT", `command timed out after ${timeoutMs} milliseconds`);
}

/** The code stands in the cause, for clients that tell failures apart. */
function failure(code: CommandFailure["code"], message: string): ConversationError {
  const cause: CommandFailure = { code };
  return new ConversationError("session", message, { cause });
}
