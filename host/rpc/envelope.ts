import { InvalidParams, InvalidRequest, ParseError } from "../../core/errors.ts";
import { isJsonObject } from "../../core/json.ts";
import type { JsonObject, JsonValue } from "../../core/json.ts";
import type { JsonRpcErrorObject, RequestId } from "../../core/wire/json-rpc.ts";
import { elementsOf, hasKeyTwice, integerOf, scalarOf } from "./source.ts";

/** What one line says, after the checks of JSON-RPC 2.0 §4 as MCP narrows them. */
export type Inbound = Message | { readonly kind: "batch"; readonly messages: readonly Message[] };

export type Message =
  | InboundRequest
  | { readonly kind: "notification"; readonly method: string; readonly params: Params }
  | InboundResponse
  /** To be answered with this error; without an id the sender cannot tell what it answers. */
  | {
      readonly kind: "invalid";
      readonly id: RequestId | undefined;
      readonly error: JsonRpcErrorObject;
    }
  /** To be logged only: an error would answer a message that was an answer or asks for none. */
  | { readonly kind: "ignored"; readonly reason: string };

export interface InboundRequest {
  readonly kind: "request";
  readonly id: RequestId;
  readonly method: string;
  readonly params: Params;
}

export interface InboundResponse {
  readonly kind: "response";
  readonly id: RequestId;
  readonly result: JsonValue | undefined;
  readonly error: JsonValue | undefined;
}

/** `params` of a message; absent and null are the same. */
export type Params = JsonObject | undefined;

/**
 * Whether messages of this method may come without `"jsonrpc":"2.0"`, and with an empty list where
 * they have no params.
 */
export type AllowsBare = (method: string) => boolean;

/** Reads one line of JSON. Unknown members are ignored. */
export function readMessage(text: string, allowsBare: AllowsBare = () => false): Inbound {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return invalid(undefined, ParseError, "the line is not JSON");
  }
  if (!Array.isArray(value)) return check(value, text, allowsBare);
  const sources = elementsOf(text);
  const messages = value.map((each: unknown, index) =>
    check(each, sources[index] ?? "", allowsBare),
  );
  return { kind: "batch", messages };
}

/** The id of the request that a line begins with, where its first characters tell. */
export function idAtHead(head: string): RequestId | undefined {
  const id = scalarOf(head, '"id"');
  // What has an id and no method answers a question of ours.
  if (id === undefined || scalarOf(head, '"method"') === undefined) return undefined;
  if (hasKeyTwice(head, '"id"')) return undefined;
  try {
    return readId(JSON.parse(id), head);
  } catch {
    return undefined;
  }
}

/** `source` is the text the value was read from. */
function check(value: unknown, source: string, allowsBare: AllowsBare): Message {
  if (!isJsonObject(value)) return invalid(undefined, InvalidRequest, "a message is an object");
  const { method, result, error } = value;
  const answers = result !== undefined || error !== undefined;
  const id = value["id"] === undefined ? undefined : readId(value["id"], source);
  if (method === undefined && answers) return response(value, id);

  if (value["id"] !== undefined && id === undefined) {
    return invalid(undefined, InvalidRequest, "an id is a string or an integer of 64 bits");
  }
  if (hasKeyTwice(source, '"id"')) {
    return invalid(undefined, InvalidRequest, "the member id is there twice");
  }
  const isLenient = typeof method === "string" && allowsBare(method);
  const bare = isLenient && isVersionText(value);
  const wrong = wrongMember(bare ? { ...value, jsonrpc: "2.0" } : value, answers, source);
  if (wrong !== undefined) return invalid(id, InvalidRequest, wrong);

  const given = value["params"] ?? undefined;
  // By position, none is none; MCP knows no params by position (2025-11-25, basic).
  const isEmptyList = isLenient && Array.isArray(given) && given.length === 0;
  const params = isEmptyList ? undefined : given;
  // Checked above; said again for the compiler.
  if (typeof method !== "string") return invalid(id, InvalidRequest, "method is not a string");
  if (params !== undefined && !isJsonObject(params)) {
    const message = "params must be an object or absent";
    const error = { code: InvalidParams, message, data: [{ path: "", message }] };
    if (id !== undefined) return { kind: "invalid", id, error };
    return { kind: "ignored", reason: `params of the notification ${method} are not an object` };
  }
  return id === undefined
    ? { kind: "notification", method, params }
    : { kind: "request", id, method, params };
}

function wrongMember(value: JsonObject, answers: boolean, source: string): string | undefined {
  if (value["jsonrpc"] !== "2.0") return 'the member jsonrpc must be "2.0"';
  if (value["method"] === undefined) return "the member method is missing";
  if (typeof value["method"] !== "string") return "the member method must be a string";
  if (answers) return "a message has a method, or a result or error, never both";
  return hasKeyTwice(source, '"method"') ? "the member method is there twice" : undefined;
}

/** Absent, or a text: what old servers took. */
function isVersionText({ jsonrpc }: JsonObject): boolean {
  return jsonrpc === undefined || typeof jsonrpc === "string";
}

function response(value: JsonObject, id: RequestId | undefined): Message {
  // Whatever its member jsonrpc: nobody could be told, and a question would wait for ever.
  if (id === undefined) return { kind: "ignored", reason: "an answer without a usable id" };
  const { result, error } = value;
  // Older clients write `"error": null` beside a result.
  const failed = error !== null || result === undefined;
  return { kind: "response", id, result, error: failed ? error : undefined };
}

/** The id, or `undefined` for what is none: fractions, booleans, null, more than 64 bits. */
function readId(id: unknown, source: string): RequestId | undefined {
  if (typeof id === "string") return id;
  if (typeof id !== "number" || !Number.isInteger(id)) return undefined;
  if (Number.isSafeInteger(id)) return id;
  // A number cannot hold it exactly; its text does.
  const large = integerOf(source, '"id"');
  return large !== undefined && BigInt.asIntN(64, large) === large ? large : undefined;
}

function invalid(id: RequestId | undefined, code: number, message: string): Message {
  return { kind: "invalid", id, error: { code, message } };
}
