import { toJsonSchema } from "./plugins/schemas.ts";
import type { Registry } from "./plugins/registry.ts";
import type { Deferred, Schema } from "../core/schema.ts";

/** Everything the plugins of this registry answer and send, as one Markdown page. */
export async function describeRegistry(registry: Registry): Promise<string> {
  const sections = [
    ["Tools", await describeTools(registry)],
    ["Methods", await describeMethods(registry)],
    ["Notifications", await describeNotifications(registry)],
    ["Prompts", describePrompts(registry)],
    ["Resources", describeResources(registry)],
  ] as const;
  return (
    [
      "# Methods",
      "What the built-in plugins answer and send, beside the protocol's own methods. Made by `npm run reference`; do not edit.",
      ...sections
        .filter(([, entries]) => entries.length > 0)
        .flatMap(([title, entries]) => [`## ${title}`, ...entries]),
      "",
    ]
      .join("\n\n")
      .trimEnd() + "\n"
  );
}

async function describeTools({ tools }: Registry): Promise<string[]> {
  return [...tools].map(([name, { plugin, definition, inputSchema, outputSchema }]) =>
    [
      heading(name, plugin),
      definition.description,
      ...json("Arguments", inputSchema),
      ...(outputSchema === undefined ? [] : json("Structured content", outputSchema)),
    ].join("\n\n"),
  );
}

async function describeMethods({ methods }: Registry): Promise<string[]> {
  const entries = [...methods].map(async ([name, { plugin, definition }]) =>
    [
      heading(name, plugin),
      definition.summary,
      ...(await schema("Params", definition.params)),
      ...(await schema("Result", definition.result)),
    ].join("\n\n"),
  );
  return Promise.all(entries);
}

async function describeNotifications({ notifications }: Registry): Promise<string[]> {
  const entries = [...notifications].map(async ([name, { plugin, definition, handler }]) =>
    [
      heading(name, plugin),
      `${definition.summary} (${handler === undefined ? "sent to" : "taken from"} the client)`,
      ...(await schema("Params", definition.params)),
    ].join("\n\n"),
  );
  return Promise.all(entries);
}

function describePrompts({ prompts }: Registry): string[] {
  return [...prompts].map(([name, { plugin, definition }]) => {
    const rows = (definition.arguments ?? []).map(
      (each) =>
        `- \`${each.name}\`${each.required === true ? " (required)" : ""}: ${each.description ?? ""}`,
    );
    return [heading(name, plugin), definition.description, ...rows].join("\n\n");
  });
}

function describeResources({ resources, resourceTemplates }: Registry): string[] {
  return [...resources, ...resourceTemplates].map(([uri, { plugin, definition }]) =>
    [heading(uri, plugin), definition.description ?? definition.name].join("\n\n"),
  );
}

function heading(name: string, plugin: string): string {
  return `### \`${name}\`\n\nPlugin: ${plugin}`;
}

async function schema(title: string, value: Deferred<Schema>): Promise<string[]> {
  return json(title, await toJsonSchema(value));
}

function json(title: string, value: object): string[] {
  return [`${title}:`, `\`\`\`json\n${JSON.stringify(value, undefined, 2)}\n\`\`\``];
}
