import { InvalidParams, RpcError } from "../../core/errors.ts";
import { isJsonObject } from "../../core/json.ts";
import type { JsonObject } from "../../core/json.ts";
import type { Params } from "../rpc/envelope.ts";
import { shown } from "./shown.ts";

/** A member that must be a string; the error names it. */
export function stringMember(params: Params, name: string): string {
  const value = params?.[name];
  if (typeof value === "string") return value;
  throw wrong(name, "a string", value);
}

/** A member that must be an object. */
export function objectMember(params: Params, name: string): JsonObject {
  const value = params?.[name];
  if (isJsonObject(value)) return value;
  throw wrong(name, "an object", value);
}

/** Strings by name; absent and null are none. */
export function stringsMember(params: Params, name: string): Record<string, string> {
  const value = params?.[name] ?? {};
  if (!isJsonObject(value)) throw wrong(name, "an object", value);
  const strings: [string, string][] = [];
  for (const [key, each] of Object.entries(value)) {
    if (typeof each !== "string") throw wrong(`${name}.${key}`, "a string", each);
    strings.push([key, each]);
  }
  return Object.fromEntries(strings);
}

function wrong(name: string, expected: string, value: unknown): RpcError {
  const found = value === undefined ? "is missing" : `is ${shown(value)}`;
  return new RpcError(InvalidParams, `${name} must be ${expected}, but ${found}`);
}
