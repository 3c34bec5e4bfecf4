import { errorMessage } from "../../core/errors.ts";
import { isJsonObject } from "../../core/json.ts";
import type { Deferred, Schema } from "../../core/schema.ts";
import { messageNameProblem, toolNameProblem } from "./names.ts";
import type { PrebuiltPlugin, PrebuiltTool } from "./prebuilt.ts";
import type { Recorded } from "./recorded.ts";
import { completionKey } from "./registry.ts";
import { toJsonSchema, toObjectSchema } from "./schemas.ts";

/** What is looked at of one plugin. */
export interface Checkable {
  readonly name: string;
  readonly builtin: boolean;
  readonly recorded: Recorded;
  /** The build checked this plugin's schemas and kept its tools'. */
  readonly prebuilt: PrebuiltPlugin | undefined;
}

/** Every fault of one plugin's own registrations, and its tools' schemas by name. */
export async function checkPlugin(
  plugin: Checkable,
): Promise<{ problems: string[]; toolSchemas: Map<string, PrebuiltTool> }> {
  const problems = [...nameProblems(plugin), ...handlerProblems(plugin.recorded)];
  const { recorded, prebuilt } = plugin;
  const show = async <T>(what: string, shown: Promise<T>): Promise<T | undefined> =>
    shown.catch((error: unknown) => {
      const reason = errorMessage(error);
      problems.push(`${what} cannot be shown as JSON Schema: ${reason}`);
      return undefined;
    });

  if (prebuilt === undefined) {
    for (const [what, schema] of messageSchemas(recorded)) await show(what, toJsonSchema(schema));
  }
  const toolSchemas = new Map<string, PrebuiltTool>();
  for (const { definition } of recorded.tools) {
    const ready = prebuilt?.tools[definition.name];
    if (ready !== undefined) {
      toolSchemas.set(definition.name, ready);
      continue;
    }
    const what = `tool "${definition.name}"`;
    const inputSchema = await show(`input of ${what}`, toObjectSchema(definition.input));
    const outputSchema =
      definition.output === undefined
        ? undefined
        : await show(`output of ${what}`, toObjectSchema(definition.output));
    if (inputSchema === undefined) continue;
    toolSchemas.set(definition.name, { inputSchema, ...(outputSchema && { outputSchema }) });
  }
  return { problems, toolSchemas };
}

/** Names that two registrations claim, in this order of plugins. */
export function findConflicts(
  plugins: readonly { name: string; recorded: Recorded }[],
): { plugin: string; message: string }[] {
  const owners = new Map<string, string>();
  const conflicts: { plugin: string; message: string }[] = [];
  for (const { name, recorded } of plugins) {
    for (const what of claims(recorded)) {
      const owner = owners.get(what);
      if (owner === undefined) owners.set(what, name);
      else if (owner === name) conflicts.push({ plugin: name, message: `${what} twice` });
      else conflicts.push({ plugin: name, message: `${what}, which ${owner} has` });
    }
  }
  return conflicts;
}

function claims(recorded: Recorded): string[] {
  return [
    ...recorded.methods.map(({ definition }) => `method "${definition.name}"`),
    ...recorded.notifications.map(({ definition }) => `notification "${definition.name}"`),
    ...recorded.tools.map(({ definition }) => `tool "${definition.name}"`),
    ...recorded.prompts.map(({ definition }) => `prompt "${definition.name}"`),
    ...recorded.resources.map(({ definition }) => `resource "${definition.uri}"`),
    ...recorded.resourceTemplates.map(
      ({ definition }) => `resource template "${definition.uriTemplate}"`,
    ),
    ...recorded.completions.map(({ definition }) => `completion ${completionKey(definition)}`),
  ];
}

function nameProblems({ name: plugin, builtin, recorded }: Checkable): string[] {
  const problem = (what: string, name: unknown, reason: string | undefined) =>
    reason === undefined ? [] : [`${what} ${JSON.stringify(name)} ${reason}`];
  const named = (what: string) => (each: { definition: { name: string } }) =>
    problem(what, each.definition.name, each.definition.name ? undefined : "has no name");
  return [
    ...recorded.methods.flatMap(({ definition: { name } }) =>
      problem("method", name, messageNameProblem(name, plugin, builtin)),
    ),
    ...recorded.notifications.flatMap(({ definition: { name } }) =>
      problem("notification", name, messageNameProblem(name, plugin, builtin)),
    ),
    ...recorded.tools.flatMap(({ definition: { name } }) =>
      problem("tool", name, toolNameProblem(name)),
    ),
    ...recorded.prompts.flatMap(named("prompt")),
    ...recorded.prompts.flatMap(({ definition: { name, arguments: list } }) =>
      problem("prompt", name, promptArgumentProblem(list)),
    ),
    ...recorded.tools.flatMap(({ definition: { name, description } }) =>
      problem("tool", name, isText(description) ? undefined : "has no description"),
    ),
    ...recorded.resources.flatMap(named("resource")),
    ...recorded.resources.flatMap(({ definition: { uri } }) =>
      problem("resource", uri, URL.canParse(uri) ? undefined : "has no absolute URI"),
    ),
    ...recorded.resourceTemplates.flatMap(named("resource template")),
  ];
}

function promptArgumentProblem(list: unknown): string | undefined {
  if (list === undefined) return undefined;
  const isList =
    Array.isArray(list) && list.every((one) => isJsonObject(one) && isText(one["name"]));
  return isList ? undefined : "has arguments that are no list of { name, description?, required? }";
}

function isText(value: unknown): boolean {
  return typeof value === "string" && value !== "";
}

/** Plain JavaScript plugins have no compiler that misses a handler. */
function handlerProblems(recorded: Recorded): string[] {
  const { methods, tools, prompts, resources, resourceTemplates, completions } = recorded;
  return [
    ...methods.filter(isUnhandled).map(({ definition }) => `method "${definition.name}"`),
    ...tools.filter(isUnhandled).map(({ definition }) => `tool "${definition.name}"`),
    ...prompts.filter(isUnhandled).map(({ definition }) => `prompt "${definition.name}"`),
    ...resources.filter(isUnhandled).map(({ definition }) => `resource "${definition.uri}"`),
    ...resourceTemplates.filter(isUnhandled).map(({ definition }) => `"${definition.uriTemplate}"`),
    ...completions.filter(isUnhandled).map(({ definition }) => completionKey(definition)),
  ].map((what) => `${what} has no handler`);
}

function isUnhandled({ handler }: { handler: unknown }): boolean {
  return typeof handler !== "function";
}

function messageSchemas({ methods, notifications }: Recorded): [string, Deferred<Schema>][] {
  return [
    ...methods.flatMap(({ definition }): [string, Deferred<Schema>][] => [
      [`params of method "${definition.name}"`, definition.params],
      [`result of method "${definition.name}"`, definition.result],
    ]),
    ...notifications.map(({ definition }): [string, Deferred<Schema>] => [
      `params of notification "${definition.name}"`,
      definition.params,
    ]),
  ];
}
