import { resolveDeferred } from "../../core/schema.ts";
import type { Schema } from "../../core/schema.ts";
import { isJsonObject } from "../../core/json.ts";
import { readShape } from "../../core/shape.ts";
import type { JsonObject, JsonValue } from "../../core/json.ts";
import type { RegisteredTool } from "../plugins/registry.ts";
import { describeIssues } from "./issues.ts";

/** Arguments that fit the tool's schema, or a text that says what is wrong, for model and client. */
export type CheckedArguments =
  | { readonly fit: true; readonly args: unknown }
  | { readonly fit: false; readonly text: string };

/** Absent and null arguments are none; other spellings are renamed before the schema looks. */
export async function checkArguments(
  tool: RegisteredTool,
  given: JsonValue | undefined,
): Promise<CheckedArguments> {
  const { definition } = tool;
  const written = given ?? {};
  if (!isJsonObject(written)) return misfit(definition.name, ["arguments must be an object"]);
  const renamed = rename(written, definition.aliases ?? {});
  if (renamed.conflicts.length > 0) return misfit(definition.name, renamed.conflicts);
  const plain = definition.plain ? readShape(tool.inputSchema, renamed.args) : undefined;
  if (plain !== undefined) return { fit: true, args: plain };
  const schema: Schema = await resolveDeferred<Schema>(definition.input);
  const checked = await schema.safeParseAsync(renamed.args);
  if (checked.success) return { fit: true, args: checked.data };
  const problems = describeIssues(checked.error.issues, renamed.args, tool.inputSchema);
  return misfit(
    definition.name,
    problems.map(({ message }) => message),
  );
}

function rename(
  written: JsonObject,
  aliases: Readonly<Record<string, string>>,
): { args: JsonObject; conflicts: string[] } {
  const args = new Map<string, JsonValue | undefined>();
  const spelling = new Map<string, string>();
  const conflicts: string[] = [];
  for (const [name, value] of Object.entries(written)) {
    const target = Object.hasOwn(aliases, name) ? (aliases[name] ?? name) : name;
    const earlier = args.get(target);
    // A null spelling says nothing, whatever another spelling of the same argument says.
    const saidEarlier = earlier !== undefined && earlier !== null;
    if (saidEarlier && value !== null && !isSame(earlier, value)) {
      conflicts.push(`"${spelling.get(target)}" and "${name}" are one argument and differ`);
    }
    if (saidEarlier) continue;
    args.set(target, value);
    spelling.set(target, name);
  }
  return { args: Object.fromEntries(args), conflicts };
}

function isSame(a: JsonValue, b: JsonValue | undefined): boolean {
  try {
    return JSON.stringify(a) === JSON.stringify(b);
  } catch {
    // Nested more deeply than the stack holds: nobody can tell.
    return false;
  }
}

function misfit(tool: string, problems: readonly string[]): CheckedArguments {
  return { fit: false, text: `Invalid arguments for ${tool}: ${problems.join("; ")}` };
}
