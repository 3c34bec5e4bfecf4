import {
  errorMessage,
  InternalError,
  InvalidRequest,
  isConversationError,
  RpcError,
} from "../../core/index.ts";

// Clients of this API know two codes: this one for what they did wrong, -32603 for what failed.
export function refuse(message: string): RpcError {
  return new RpcError(InvalidRequest, message);
}

/** A failure inside; `what` begins its message. */
export function failed(what: string, cause: unknown): RpcError {
  const error = new RpcError(InternalError, `${what}: ${causeText(cause)}`);
  error.cause = cause;
  return error;
}

/**
 * Why no conversation came of a request: settings that cannot be used are the client's doing,
 * everything else is a failure, whose message begins with `what`. Other errors stay what they are.
 */
export function unopened(error: unknown, what: string): unknown {
  if (!isConversationError(error)) return error;
  if (error.kind === "settings") return refuse(`error deriving config: ${errorMessage(error)}`);
  return failed(what, error);
}

/** The words of the operating system where it said no, as clients know them. */
function causeText(error: unknown): string {
  for (let at = error; at instanceof Error; at = at.cause) {
    const text = "code" in at && typeof at.code === "string" ? systemTexts[at.code] : undefined;
    if (text !== undefined) return text;
  }
  return errorMessage(error);
}

/** What the operating system says, by its codes, as clients know it. */
export const systemTexts: Readonly<Record<string, string>> = {
  ENOENT: "No such file or directory (os error 2)",
  EACCES: "Permission denied (os error 13)",
  ENOTDIR: "Not a directory (os error 20)",
  EISDIR: "Is a directory (os error 21)",
};
