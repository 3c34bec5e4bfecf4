import { isJsonObject } from "../../core/index.ts";
import type { JsonObject, JsonSchema } from "../../core/index.ts";

type Type = "string" | "number" | "boolean" | "array" | "object";

const types: Readonly<Record<string, Type>> = {
  string: "string",
  number: "number",
  integer: "number",
  boolean: "boolean",
  array: "array",
  object: "object",
};

/**
 * The small part of JSON Schema that every model provider takes: one type, description, items,
 * properties. A server's schema may be anything; what does not fit is left out.
 */
export function reducedSchema(schema: unknown): JsonSchema {
  if (!isJsonObject(schema)) return { type: "string" };
  const type = typeOf(schema);
  const described =
    typeof schema["description"] === "string" ? { description: schema["description"] } : {};
  if (type === "array") {
    const items =
      schema["items"] === undefined ? { type: "string" } : reducedSchema(schema["items"]);
    return { type, ...described, items };
  }
  return type === "object" ? { type, ...described, ...members(schema) } : { type, ...described };
}

/** The schema of a tool's arguments, which are an object whatever the server says. */
export function argumentsSchema(schema: unknown): JsonSchema {
  return { type: "object", ...members(isJsonObject(schema) ? schema : {}) };
}

/** In alphabetical order: the same tool is the same bytes in every request. */
function members(schema: JsonObject): JsonObject {
  const { properties, required, additionalProperties: others } = schema;
  const entries = isJsonObject(properties) ? Object.entries(properties) : [];
  entries.sort(([a], [b]) => (a < b ? -1 : 1));
  const names = Array.isArray(required) ? required.filter((name) => typeof name === "string") : [];
  return {
    properties: Object.fromEntries(entries.map(([name, value]) => [name, reducedSchema(value)])),
    ...(Array.isArray(required) && { required: names }),
    ...(others !== undefined && {
      additionalProperties: typeof others === "boolean" ? others : reducedSchema(others),
    }),
  };
}

function typeOf(schema: JsonObject): Type {
  const said = [schema["type"]].flat().filter((type) => typeof type === "string");
  const known = said.map((type) => types[type]).find((type) => type !== undefined);
  return known ?? hints.find(([, keys]) => keys.some((key) => key in schema))?.[0] ?? "string";
}

/** What a schema without a type must mean, by the keywords it has. */
const hints: readonly (readonly [Type, readonly string[]])[] = [
  ["object", ["properties", "required", "additionalProperties"]],
  ["array", ["items", "prefixItems"]],
  ["string", ["enum", "const", "format"]],
  ["number", ["minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"]],
];
