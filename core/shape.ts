import { isJsonObject, type JsonValue } from "./json.ts";
import type { JsonSchema } from "./wire/mcp.ts";

/**
 * Reads a value by the JSON Schema (`io: "input"`) that zod shows of a schema, as that schema would:
 * unknown members are left out or refused, defaults filled in. `undefined` when it does not fit, or
 * when the JSON Schema says what is not understood here; the schema itself then has the word. For
 * what must not wait until zod is loaded; not for schemas with transforms or refinements, which a
 * JSON Schema does not show.
 */
export function readShape<T>(shape: JsonSchema, value: unknown): T | undefined {
  // The shape was made from the schema whose output T is.
  return read(shape, value) as T | undefined;
}

function read(shape: JsonSchema, value: unknown): unknown {
  for (const keyword in shape) if (!understood.has(keyword)) return undefined;
  const choices = shape["anyOf"] ?? shape["oneOf"];
  if (Array.isArray(choices)) return firstFitting(choices, value);
  if ("const" in shape) return value === shape["const"] ? value : undefined;
  const { enum: values, type } = shape;
  if (Array.isArray(values)) return values.some((one) => one === value) ? value : undefined;
  if (Array.isArray(type))
    return firstFitting(
      type.map((one) => ({ ...shape, type: one })),
      value,
    );
  if (type === undefined) return value;
  switch (typeof type === "string" ? type : "") {
    case "object":
      return isJsonObject(value) ? readMembers(shape, value) : undefined;
    case "array":
      return Array.isArray(value) ? readElements(shape, value) : undefined;
    case "string":
      return typeof value === "string" && fitsText(shape, value) ? value : undefined;
    case "integer":
      return Number.isSafeInteger(value) && fitsNumber(shape, value) ? value : undefined;
    case "number":
      return Number.isFinite(value) && fitsNumber(shape, value) ? value : undefined;
    case "boolean":
      return typeof value === "boolean" ? value : undefined;
    case "null":
      return value === null ? value : undefined;
    default:
      return undefined;
  }
}

const understood: ReadonlySet<string> = new Set(
  [
    "type const enum anyOf oneOf title description default",
    "properties required additionalProperties propertyNames items minItems",
    "minLength pattern minimum maximum exclusiveMinimum",
  ].flatMap((line) => line.split(" ")),
);

function firstFitting(choices: readonly JsonValue[], value: unknown): unknown {
  for (const choice of choices) {
    const found = isJsonObject(choice) ? read(choice, value) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}

function readMembers(shape: JsonSchema, value: Readonly<Record<string, unknown>>): unknown {
  const properties = objectOf(shape["properties"]);
  const required = shape["required"];
  const found: Record<string, unknown> = {};
  for (const name in properties) {
    const property = objectOf(properties[name]);
    let member = Object.hasOwn(value, name) ? value[name] : undefined;
    if (member === undefined) {
      if (Array.isArray(required) && required.includes(name)) return undefined;
      member = property["default"];
      if (member === undefined) continue;
    }
    const fitting = read(property, member);
    if (fitting === undefined) return undefined;
    found[name] = fitting;
  }
  const rest = shape["additionalProperties"];
  return rest === undefined || readRest(shape, value, found) ? found : undefined;
}

/** Members that `properties` does not name; false when one does not fit. */
function readRest(
  shape: JsonSchema,
  value: Readonly<Record<string, unknown>>,
  found: Record<string, unknown>,
): boolean {
  const properties = objectOf(shape["properties"]);
  const rest = shape["additionalProperties"];
  const names = objectOf(shape["propertyNames"]);
  for (const name of Object.keys(value)) {
    if (Object.hasOwn(properties, name)) continue;
    if (!isJsonObject(rest) || name === "__proto__") return false;
    const fitting = read(names, name) === undefined ? undefined : read(rest, value[name]);
    if (fitting === undefined) return false;
    found[name] = fitting;
  }
  return true;
}

function readElements(shape: JsonSchema, value: readonly unknown[]): unknown {
  const { items, minItems } = shape;
  if (typeof minItems === "number" && value.length < minItems) return undefined;
  const element = objectOf(items);
  const found = value.map((one) => read(element, one));
  return found.includes(undefined) ? undefined : found;
}

function fitsText({ minLength, pattern }: JsonSchema, value: string): boolean {
  if (typeof minLength === "number" && value.length < minLength) return false;
  return typeof pattern !== "string" || new RegExp(pattern).test(value);
}

function fitsNumber({ minimum, maximum, exclusiveMinimum }: JsonSchema, value: unknown): boolean {
  if (typeof value !== "number") return false;
  if (typeof minimum === "number" && value < minimum) return false;
  if (typeof maximum === "number" && value > maximum) return false;
  return typeof exclusiveMinimum !== "number" || value > exclusiveMinimum;
}

function objectOf(value: unknown): JsonSchema {
  return isJsonObject(value) ? value : {};
}
