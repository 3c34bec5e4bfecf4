import type { JsonRpcErrorObject, RequestId } from "../../core/wire/json-rpc.ts";

declare global {
  interface JSON {
    /** Node has it; the compiler's library does not know it yet. */
    rawJSON(text: string): unknown;
  }
}

/**
 * A value as JSON; `undefined` is an empty object. A bigint becomes the integer it is. Throws for
 * what JSON cannot carry, such as a cycle.
 */
export function toJson(value: unknown): string {
  try {
    return JSON.stringify(value) ?? "{}";
  } catch (error) {
    // A bigint throws TypeError, and so does a cycle: a replacer for every value would cost each message.
    if (!(error instanceof TypeError)) throw error;
    return JSON.stringify(value, bigintAsInteger) ?? "{}";
  }
}

/** The line of an answer; `result` is JSON already. */
export function resultLine(id: RequestId, result: string): string {
  return `{"jsonrpc":"2.0","id":${idText(id)},"result":${result}}`;
}

/** The line of an error; without an id the member is left out, as MCP from 2025-11-25 on has it. */
export function errorLine(id: RequestId | undefined, error: JsonRpcErrorObject): string {
  const head = id === undefined ? "" : `"id":${idText(id)},`;
  return `{"jsonrpc":"2.0",${head}"error":${toJson(error)}}`;
}

export function requestLine(id: number, method: string, params: unknown): string {
  return `{"jsonrpc":"2.0","id":${id},"method":${JSON.stringify(method)},"params":${toJson(params)}}`;
}

const notificationHead = `{"jsonrpc":"2.0","method":`;

/** Whether this is a line that `notificationLine` made: nobody waits for it. */
export function isNotificationLine(line: string): boolean {
  return line.startsWith(notificationHead);
}

export function notificationLine(method: string, params: unknown): string {
  return `${notificationHead}${JSON.stringify(method)},"params":${toJson(params)}}`;
}

function idText(id: RequestId): string {
  return typeof id === "string" ? JSON.stringify(id) : String(id);
}

function bigintAsInteger(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? JSON.rawJSON(String(value)) : value;
}
