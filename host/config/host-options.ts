import { HostError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import type { HostOptions } from "../tokens.ts";

type Key = keyof HostOptions;

/** What each option of the host must be. */
const expected: Readonly<Record<Key, "boolean" | "count">> = {
  answerCancelled: "boolean",
  appServer: "boolean",
  graceMs: "count",
  lineLimit: "count",
  pageSize: "count",
};

/** The options under `host`; a `HostError` names the place, the key and the value. */
export function readHostOptions(values: JsonObject, at: string): HostOptions {
  for (const [key, value] of Object.entries(values)) {
    const place = `${at} ${JSON.stringify(key)}`;
    const kind = Object.hasOwn(expected, key) ? expected[key as Key] : undefined;
    if (kind === undefined) {
      throw invalid(`${place} is no option (known: ${Object.keys(expected).join(", ")})`);
    }
    const wanted = kind === "boolean" ? "true or false" : "a whole number above 0";
    if (!fits(value, kind))
      throw invalid(`${place} must be ${wanted}, not ${JSON.stringify(value)}`);
  }
  // Every member was checked just now.
  return values as HostOptions;
}

function fits(value: unknown, kind: "boolean" | "count"): boolean {
  return kind === "boolean"
    ? typeof value === "boolean"
    : typeof value === "number" && Number.isSafeInteger(value) && value > 0;
}

function invalid(message: string): HostError {
  return new HostError("CONFIG_INVALID", message);
}
