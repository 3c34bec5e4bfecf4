import { token } from "../plugin/token.ts";
import type { SandboxPolicy } from "../protocol/policy.ts";

/** Runs single commands in the sandbox, without a conversation; implemented by the engine. */
export interface Commands {
  /**
   * Runs to the end, or to its time limit, and kills the process group then. Rejects with
   * `ConversationError`: kind `request` for a command that is empty or above the operator's ceiling,
   * kind `session` for one that cannot be started, runs out of time or is killed by a signal, with
   * a `CommandFailure` as its cause; without one where no sandbox can be had or it was cancelled.
   */
  run(request: CommandRequest, signal?: AbortSignal): Promise<CommandResult>;
}

/** Why there is no exit code, in the words of the system where it has one. */
export interface CommandFailure {
  readonly code: "EACCES" | "EINVAL" | "ENOENT" | "ENOTDIR" | "ETIMEDOUT" | "KILLED";
}

export interface CommandRequest {
  /** Program and arguments; no shell is involved. */
  readonly command: readonly string[];
  /** Absolute, or relative to the server's folder, which is the default. */
  readonly cwd?: string;
  /** Milliseconds; 10,000 unless given. */
  readonly timeoutMs?: number;
  /** Absent: as the settings say. */
  readonly sandboxPolicy?: SandboxPolicy;
}

/** All that it printed; bytes that are not UTF-8 are replaced. */
export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export const Commands = token<Commands>("commands");
