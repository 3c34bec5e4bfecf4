import type { z } from "zod";
import { isJsonObject } from "../../core/json.ts";
import type { JsonSchema } from "../../core/wire/mcp.ts";
import { nearest } from "../../core/nearest.ts";
import { shown } from "./shown.ts";

/** One thing that is wrong with a value, in words that name where, what and what is expected. */
export interface Problem {
  /** As the sender wrote it: `config.tools[0]`; empty for the whole value. */
  readonly path: string;
  readonly message: string;
}

/** What a schema found, for the sender. `known` lets a misspelt name be answered with the right one. */
export function describeIssues(
  issues: readonly z.core.$ZodIssue[],
  value: unknown,
  known?: JsonSchema,
): Problem[] {
  return issues.flatMap((issue) => {
    if (issue.code === "unrecognized_keys") {
      const names = namesAt(known, issue.path);
      return issue.keys.map((key) => unknownKey([...issue.path, key], key, names));
    }
    const path = pathText(issue.path);
    return [{ path, message: describe(issue, path, valueAt(value, issue.path)) }];
  });
}

function unknownKey(path: readonly PropertyKey[], key: string, names: readonly string[]): Problem {
  const meant = nearest(key, names);
  const hint = meant === undefined ? "" : `; did you mean "${meant}"?`;
  const whole = pathText(path);
  return { path: whole, message: `"${whole}" is not known${hint}` };
}

function describe(issue: z.core.$ZodIssue, path: string, value: unknown): string {
  const name = path === "" ? "the value" : `"${path}"`;
  const expected = expectation(issue);
  if (value === undefined) return `${name} is missing: it must be ${expected ?? "there"}`;
  const found = `${name} is ${isSecret(path) ? kindOf(value) : shown(value)}`;
  return expected === undefined
    ? `${found}: ${issue.message}`
    : `${found}, but must be ${expected}`;
}

/** Error texts end up in logs and on screens; what stands under such a name does not. */
function isSecret(path: string): boolean {
  return /key|secret|token|password/i.test(path);
}

function kindOf(value: unknown): string {
  if (value === null || value === "") return shown(value);
  return article(Array.isArray(value) ? "array" : typeof value);
}

function expectation(issue: z.core.$ZodIssue): string | undefined {
  if (issue.code === "invalid_type") return article(issue.expected);
  if (issue.code !== "invalid_value") return undefined;
  const values = issue.values.map((each) => shown(each));
  return values.length === 1 ? values[0] : `one of ${values.join(", ")}`;
}

/** Zod's names of types that JSON calls otherwise. */
const wordsOfTypes: Readonly<Record<string, string>> = { int: "integer", record: "object" };

function article(type: string): string {
  const word = wordsOfTypes[type] ?? type;
  return /^[aeiou]/.test(word) ? `an ${word}` : `a ${word}`;
}

function pathText(path: readonly PropertyKey[]): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    return text === "" ? String(key) : `${text}.${String(key)}`;
  }, "");
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let at = value;
  for (const key of path) {
    if (Array.isArray(at)) at = at[Number(key)];
    else at = isJsonObject(at) ? at[String(key)] : undefined;
  }
  return at;
}

/** Names of the properties that the schema knows at a path. */
function namesAt(schema: JsonSchema | undefined, path: readonly PropertyKey[]): string[] {
  let at: unknown = schema;
  for (const key of path) {
    if (!isJsonObject(at)) return [];
    const { properties, items } = at;
    at = isJsonObject(properties) ? properties[String(key)] : items;
  }
  const properties = isJsonObject(at) ? at["properties"] : undefined;
  return isJsonObject(properties) ? Object.keys(properties) : [];
}
