import type { JsonObject, JsonValue } from "../json.ts";

/**
 * The id of a request: a string or an integer (JSON-RPC 2.0, section 4; MCP forbids null). An integer
 * that a JavaScript number cannot hold exactly is a bigint.
 */
export type RequestId = string | number | bigint;

/** A JSON-RPC request; MCP narrows `params` to an object. */
export interface JsonRpcRequest {
  jsonrpc: "2.0";
  id: RequestId;
  method: string;
  params?: JsonObject;
}

/** A JSON-RPC notification: a request without an id, never answered. */
export interface JsonRpcNotification {
  jsonrpc: "2.0";
  method: string;
  params?: JsonObject;
}

/** The `error` member of a JSON-RPC answer. */
export interface JsonRpcErrorObject {
  code: number;
  message: string;
  data?: JsonValue;
}

/** A JSON-RPC answer; an error whose request could not be read carries no `id` member. */
export type JsonRpcResponse =
  | { jsonrpc: "2.0"; id: RequestId; result: JsonValue }
  | { jsonrpc: "2.0"; id?: RequestId; error: JsonRpcErrorObject };
