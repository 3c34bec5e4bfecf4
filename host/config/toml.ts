import { parse, TomlError } from "smol-toml";
import type { JsonObject, JsonValue } from "../../core/json.ts";

/** A text that is not TOML; line and column count from 1, the reason is one line. */
export interface TomlFault {
  readonly line: number;
  readonly column: number;
  readonly reason: string;
}

// Whatever JSON cannot say becomes what people would read: dates are texts, large integers floats.
const options = { integersAsBigInt: "asNeeded", unsafeKeyBehaviour: "drop" } as const;

/** The tables of a TOML document, or what is wrong with it. */
export function parseToml(text: string): { tables: JsonObject } | { fault: TomlFault } {
  try {
    return { tables: plainTable(parse(text, options)) };
  } catch (error) {
    if (!(error instanceof TomlError)) throw error;
    const [first = ""] = error.message.split("\n");
    const reason = first.replace(/^Invalid TOML document: /, "");
    return { fault: { line: error.line, column: error.column, reason } };
  }
}

/** One TOML value, or undefined when the text is none. */
export function parseTomlValue(text: string): JsonValue | undefined {
  const parsed = parseToml(`value = ${text}`);
  if ("fault" in parsed) return undefined;
  // A text with line breaks could smuggle more keys in; then it is no single value.
  return Object.keys(parsed.tables).length === 1 ? parsed.tables["value"] : undefined;
}

function plain(value: unknown): JsonValue {
  if (typeof value === "bigint") return Number(value);
  if (typeof value === "number" || typeof value === "string" || typeof value === "boolean") {
    return value;
  }
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Date) return value.toISOString();
  // TOML has no null: what is left is a table.
  return plainTable(value as object);
}

function plainTable(table: object): JsonObject {
  return Object.fromEntries(Object.entries(table).map(([key, value]) => [key, plain(value)]));
}
