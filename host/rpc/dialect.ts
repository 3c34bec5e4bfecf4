import { InvalidParams, InvalidRequest, MethodNotFound } from "../../core/errors.ts";
import type { JsonRpcErrorObject } from "../../core/wire/json-rpc.ts";

/** How one kind of client writes JSON-RPC, where kinds differ. */
export interface Dialect {
  /** The line as this client gets it. */
  line(line: string): string;
  error(error: JsonRpcErrorObject): JsonRpcErrorObject;
  /** Why a method is refused before `initialize`. */
  tooEarly(method: string): string;
  /** Every message may come without `"jsonrpc":"2.0"`. */
  readonly allBare: boolean;
  /** Requests that are given up are cancelled with `notifications/cancelled`. */
  readonly cancels: boolean;
}

/** JSON-RPC 2.0 as MCP narrows it. */
export const mcpDialect: Dialect = {
  line: (line) => line,
  error: (error) => error,
  tooEarly: (method) => `${method} is served after initialize`,
  allBare: false,
  cancels: true,
};

const marked = '{"jsonrpc":"2.0",';

/** As app servers write it: no `jsonrpc` member, and one code for all that a client does wrong. */
export const appServerDialect: Dialect = {
  line: (line) => (line.startsWith(marked) ? `{${line.slice(marked.length)}` : line),
  error(error) {
    if (error.code !== InvalidParams && error.code !== MethodNotFound) return error;
    const data = error.data === undefined ? {} : { problems: error.data };
    return {
      code: InvalidRequest,
      message: "Invalid request",
      data: { code: error.code, reason: error.message, ...data },
    };
  },
  tooEarly: () => "Not initialized",
  allBare: true,
  cancels: false,
};

export function dialectOf(appServer: boolean | undefined): Dialect {
  return appServer === true ? appServerDialect : mcpDialect;
}
