import { InternalError, isConversationError, isRpcError, RpcError } from "../../core/errors.ts";
import type { Log } from "../../core/services/log.ts";
import type { JsonRpcErrorObject } from "../../core/wire/json-rpc.ts";
import type { OpenCall } from "./calls.ts";
import { runAs } from "./stdout-guard.ts";

/** The error object of an `RpcError`. */
export function errorObject(error: RpcError): JsonRpcErrorObject {
  const { code, message, data } = error;
  return { code, message, ...(data !== undefined && { data }) };
}

/**
 * Anything thrown, as an error that may cross the wire. What nobody declared is a bug: its stack
 * goes to the log, the client gets a log id to quote and never the text.
 */
export function toRpcError(error: unknown, log: Log): RpcError {
  if (isRpcError(error)) return error;
  if (isConversationError(error)) return new RpcError(InternalError, error.message);
  const logId = newLogId();
  log.error("internal error", { logId, error });
  const unknown = new RpcError(InternalError, "internal error", { logId });
  unknown.cause = error;
  return unknown;
}

/** Runs a plugin's handler under its name; what it throws comes out as an `RpcError`. */
export async function guarded<T>(
  owner: { readonly plugin: string; readonly log: Log },
  call: OpenCall,
  run: () => T | Promise<T>,
): Promise<T> {
  try {
    return await runAs(owner.plugin, run);
  } catch (error) {
    // A cancelled handler throws what it was cut off with; that is no bug.
    if (call.abortReason !== undefined && !isRpcError(error)) {
      throw new RpcError(InternalError, `ended early: ${call.abortReason.message}`);
    }
    throw toRpcError(error, owner.log);
  }
}

/** Eight characters to find a line of the log by. */
function newLogId(): string {
  return Math.floor(Math.random() * 2 ** 40)
    .toString(36)
    .padStart(8, "0");
}
