import type { core } from "zod";
import { HostError } from "../../core/errors.ts";
import { isJsonObject } from "../../core/json.ts";
import { resolveDeferred } from "../../core/schema.ts";
import { shownValue } from "../config/plugins.ts";
import type { LoadedPlugin } from "./load.ts";
import type { Prebuilt } from "./prebuilt.ts";

/**
 * A plugin's options, checked by its own schema. Rejects with a `HostError` that names the file, the
 * plugin, the key and its value.
 */
export async function optionsOf(
  loaded: LoadedPlugin,
  { file, prebuilt }: { file: string | undefined; prebuilt: Prebuilt },
): Promise<unknown> {
  const { plugin, entry, builtin } = loaded;
  const given = entry.options ?? {};
  const absent = Object.keys(given).length === 0;
  const known = prebuilt[plugin.name]?.defaultOptions;
  if (absent && builtin && known !== undefined) return known;
  const refuse = (problem: string) => {
    const message = `${file ?? "options"}: plugin ${JSON.stringify(entry.specifier)}: ${problem}`;
    return new HostError("OPTION_INVALID", message, { plugin: plugin.name });
  };
  if (plugin.options === undefined) {
    if (absent) return given;
    throw refuse(`takes no options, but has ${Object.keys(given).map(quoted).join(", ")}`);
  }
  const schema = await resolveDeferred(plugin.options);
  const parsed = await schema.safeParseAsync(given);
  if (parsed.success) return parsed.data;
  throw refuse(parsed.error.issues.map((issue) => sentence(issue, given)).join("; "));
}

function sentence(issue: core.$ZodIssue, given: unknown): string {
  const key = issue.path.map(String).join(".");
  if (issue.code === "unrecognized_keys") {
    const unknown = issue.keys.map((each) => quoted(key === "" ? each : `${key}.${each}`));
    return `unknown option ${unknown.join(", ")}`;
  }
  if (key === "") return issue.message;
  const value = issue.path.reduce<unknown>(
    (tree, part) =>
      isJsonObject(tree) || Array.isArray(tree) ? Reflect.get(tree, part) : undefined,
    given,
  );
  if (value === undefined) return `option ${quoted(key)} is missing: ${issue.message}`;
  return `option ${quoted(key)} is ${shownValue(value)}: ${issue.message}`;
}

function quoted(text: string): string {
  return JSON.stringify(text);
}
