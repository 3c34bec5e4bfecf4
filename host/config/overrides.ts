import { isJsonObject, type JsonObject, type JsonValue } from "../../core/json.ts";

/** One value to set in the tree of settings; `undefined` takes the key out. */
export interface Override {
  /** The key's segments, at least one. */
  readonly path: readonly string[];
  readonly value: JsonValue | undefined;
}

/** An override that cannot be used; the message quotes it. */
export class OverrideError extends Error {}

/** Reads a TOML value, or gives undefined when the text is none. */
export type ReadValue = (text: string) => JsonValue | undefined;

/** `a.b=value` as typed at the command line: the value is TOML, else the text itself. */
export function parseOverride(text: string, readValue: ReadValue): Override {
  const equals = text.indexOf("=");
  if (equals < 0) throw new OverrideError(`-c ${JSON.stringify(text)}: there is no "="`);
  const value = text.slice(equals + 1).trim();
  const path = pathOf(text.slice(0, equals).trim(), `-c ${JSON.stringify(text)}`);
  return { path, value: value === "" ? "" : (readValue(value) ?? value) };
}

/** A map of dotted keys, as requests carry it; null means unset. */
export function mapOverrides(map: JsonObject): Override[] {
  return Object.entries(map)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ({
      path: pathOf(key, `config key ${JSON.stringify(key)}`),
      value: withoutNulls(value),
    }));
}

/** The tree with one override laid over it; the given tree stays as it is. */
export function applyOverride(tree: JsonObject, { path, value }: Override): JsonObject {
  const [key, ...rest] = path;
  if (key === undefined) return tree;
  const { [key]: present, ...others } = tree;
  if (rest.length > 0) {
    // Something in the way that is no table gives way, unless there is nothing to set.
    if (value === undefined && !isJsonObject(present)) return tree;
    const below = isJsonObject(present) ? present : {};
    return { ...tree, [key]: applyOverride(below, { path: rest, value }) };
  }
  return value === undefined ? others : { ...tree, [key]: value };
}

function pathOf(key: string, at: string): string[] {
  if (key === "") throw new OverrideError(`${at}: the key is empty`);
  const path = key.split(".");
  if (path.includes("")) throw new OverrideError(`${at}: a part of the key is empty`);
  if (path.includes("__proto__")) throw new OverrideError(`${at}: "__proto__" is no key`);
  return path;
}

function withoutNulls(value: JsonValue | undefined): JsonValue | undefined {
  if (value === null) return undefined;
  if (Array.isArray(value)) return value.map((each) => withoutNulls(each) ?? null);
  if (!isJsonObject(value)) return value;
  const present = Object.entries(value).map(([key, each]) => [key, withoutNulls(each)] as const);
  return Object.fromEntries(present.filter(([, each]) => each !== undefined));
}
