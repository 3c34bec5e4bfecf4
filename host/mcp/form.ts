import type { JsonObject } from "../../core/json.ts";
import type { Field } from "../../core/plugin/call.ts";

/**
 * The schema of a form. Titled choices are `oneOf` from 2025-11-25 on (`titled`), before that
 * `enum` with `enumNames`.
 */
export function requestedSchema(
  fields: Readonly<Record<string, Field>>,
  required: readonly string[] | undefined,
  titled: boolean,
): JsonObject {
  const properties = Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [name, property(field, titled)]),
  );
  return {
    type: "object",
    properties,
    ...(required !== undefined && required.length > 0 && { required: [...required] }),
  };
}

function property(field: Field, titled: boolean): JsonObject {
  if (field.type !== "choice") return { ...field };
  const { choices, type: _, ...texts } = field;
  if (titled) {
    const oneOf = choices.map(({ value, title }) => ({ const: value, title }));
    return { type: "string", ...texts, oneOf };
  }
  return {
    type: "string",
    ...texts,
    enum: choices.map(({ value }) => value),
    enumNames: choices.map(({ title }) => title),
  };
}
