import type { JsonValue } from "./json.ts";

/** JSON-RPC 2.0 error codes (specification, section 5.1), as MCP uses them. */
export const ParseError = -32700;
export const InvalidRequest = -32600;
export const MethodNotFound = -32601;
export const InvalidParams = -32602;
export const InternalError = -32603;
/** MCP up to 2025-11-25: `resources/read` of an unknown URI. */
export const ResourceNotFound = -32002;

// Errors are told apart by these brands, never by `instanceof`: a plugin may carry its own copy of
// this module.
const rpcBrand = Symbol.for("portico.RpcError");
const hostBrand = Symbol.for("portico.HostError");
const conversationBrand = Symbol.for("portico.ConversationError");

/** An error that crosses the wire as a JSON-RPC error object with this code, message and data. */
export class RpcError extends Error {
  readonly code: number;
  readonly data: JsonValue | undefined;

  constructor(code: number, message: string, data?: JsonValue) {
    super(message);
    this.name = "RpcError";
    this.code = code;
    this.data = data;
    Object.defineProperty(this, rpcBrand, { value: true });
  }
}

/** Why a host does not start; each code has its line in the README. */
export const hostErrorCodes = [
  "ARGUMENT_INVALID",
  "CONFIG_INVALID",
  "CONFIG_UNREADABLE",
  "FOLDER_MISSING",
  "HOME_MISSING",
  "OPTION_INVALID",
  "PLUGIN_API",
  "PLUGIN_CONFLICT",
  "PLUGIN_FAILED",
  "PLUGIN_INVALID",
  "PLUGIN_NOT_FOUND",
  "PLUGIN_TIMEOUT",
  "PLUGIN_UNKNOWN",
  "SERVICE_CYCLE",
  "SERVICE_DUPLICATE",
  "SERVICE_MISSING",
] as const;
export type HostErrorCode = (typeof hostErrorCodes)[number];

/** A start-up failure for the person at the terminal: one line on stderr, exit code 2. */
export class HostError extends Error {
  readonly code: HostErrorCode;
  readonly plugin: string | undefined;

  constructor(code: HostErrorCode, message: string, options?: ErrorOptions & { plugin?: string }) {
    super(message, options);
    this.name = "HostError";
    this.code = code;
    this.plugin = options?.plugin;
    Object.defineProperty(this, hostBrand, { value: true });
  }
}

/**
 * Why a conversation could not be started or used: `settings` (configuration or overrides are
 * wrong), `session` (the session itself cannot be created, for example a missing folder),
 * `missing` (there is no such conversation), `request` (what is asked for contradicts itself).
 */
export type ConversationErrorKind = "settings" | "session" | "missing" | "request";

/** A conversation that cannot be had; the message names the setting, folder or id and its value. */
export class ConversationError extends Error {
  readonly kind: ConversationErrorKind;

  constructor(kind: ConversationErrorKind, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "ConversationError";
    this.kind = kind;
    Object.defineProperty(this, conversationBrand, { value: true });
  }
}

/** True for an `RpcError` of any copy of this module. */
export function isRpcError(error: unknown): error is RpcError {
  return hasBrand(error, rpcBrand);
}

/** True for a `HostError` of any copy of this module. */
export function isHostError(error: unknown): error is HostError {
  return hasBrand(error, hostBrand);
}

/** True for a `ConversationError` of any copy of this module. */
export function isConversationError(error: unknown): error is ConversationError {
  return hasBrand(error, conversationBrand);
}

/** The text of anything thrown. */
export function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function hasBrand(error: unknown, brand: symbol): boolean {
  return typeof error === "object" && error !== null && brand in error;
}
