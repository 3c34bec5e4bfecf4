import { InternalError, isConversationError, isJsonObject, RpcError } from "../../core/index.ts";
import type { Call } from "../../core/index.ts";
import type { Desk } from "./desk.ts";
import { failed, refuse, systemTexts } from "./refusals.ts";
import type { ExecOneOffCommand } from "./schemas.ts";

export async function execOneOffCommand(desk: Desk, params: ExecOneOffCommand, call: Call) {
  const { command, timeoutMs, cwd, sandboxPolicy } = params;
  if (command.length === 0) throw refuse("command must not be empty");
  if (desk.commands === undefined) {
    throw failed("exec failed", new Error("no plugin that runs commands is enabled"));
  }
  const request = {
    command,
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(cwd !== undefined && { cwd }),
    ...(sandboxPolicy !== undefined && { sandboxPolicy }),
  };
  try {
    return await desk.commands.run(request, call.signal);
  } catch (error) {
    if (!isConversationError(error)) throw error;
    if (error.kind === "request") throw refuse(error.message);
    const { cause } = error;
    const code = isJsonObject(cause) ? cause["code"] : undefined;
    const text = typeof code === "string" ? failures[code] : undefined;
    // The words that clients know; what happened to which program stands beside them.
    const data = { reason: error.message };
    throw new RpcError(InternalError, `exec failed: ${text ?? error.message}`, data);
  }
}

const failures: Readonly<Record<string, string>> = {
  ...systemTexts,
  ETIMEDOUT: "sandbox error: command timed out",
  KILLED: "sandbox error: command was killed by a signal",
};
