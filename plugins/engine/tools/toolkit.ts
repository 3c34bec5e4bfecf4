import { errorMessage, isConversationError, resolveDeferred } from "../../../core/index.ts";
import type {
  AgentTool,
  AgentToolSource,
  JsonObject,
  Log,
  ModelTool,
  ObjectSchema,
  OpenTools,
  ToolConversation,
  ToolParameters,
} from "../../../core/index.ts";
import { nameProblem, type AgentToolRegistry } from "./registry.ts";

/** The plugins' tools in one conversation; what is offered never changes while it lives. */
export interface Toolkit {
  /** Sorted by name. */
  readonly offered: readonly ModelTool[];
  /** What could not be opened, one sentence each. */
  readonly problems: readonly string[];
  find(name: string): ReadyTool | undefined;
  close(): Promise<void>;
}

/** A tool with its parameters at hand; `schema` is there when they can check arguments. */
export interface ReadyTool {
  readonly tool: AgentTool;
  readonly schema: ObjectSchema | undefined;
  readonly offer: ModelTool;
}

/**
 * Opens all sources side by side and settles the list. Rejects with `ConversationError` when a
 * source does; what was opened by then is closed.
 */
export async function openToolkit(
  registry: AgentToolRegistry,
  conversation: ToolConversation,
  log: Log,
): Promise<Toolkit> {
  const opened = await openSources(registry.sources, conversation, log);
  const problems = opened.flatMap((one) => one.problems);
  const ready = new Map<string, ReadyTool>();
  for (const tool of [...registry.tools, ...opened.flatMap((one) => one.tools)]) {
    try {
      refuseName(tool.name, ready);
      ready.set(tool.name, await prepare(tool));
    } catch (error) {
      problems.push(errorMessage(error));
    }
  }
  let closing: Promise<void> | undefined;
  return {
    offered: [...ready.values()].map(({ offer }) => offer).sort(byName),
    problems,
    find: (name) => ready.get(name),
    close: () => (closing ??= closeAll(opened, log)),
  };
}

async function openSources(
  sources: readonly AgentToolSource[],
  conversation: ToolConversation,
  log: Log,
): Promise<OpenTools[]> {
  const results = await Promise.allSettled(
    sources.map(async (source) => {
      try {
        return await source.open(conversation);
      } catch (error) {
        if (isConversationError(error) && error.kind === "settings") throw error;
        log.error(`the tools of ${source.name} could not be opened`, { error });
        return noTools(`the tools of ${source.name} could not be opened: ${errorMessage(error)}`);
      }
    }),
  );
  const opened = results.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  for (const one of results) {
    if (one.status === "fulfilled") continue;
    await closeAll(opened, log);
    throw one.reason;
  }
  return opened;
}

function noTools(problem: string): OpenTools {
  return { tools: [], problems: [problem], close: () => undefined };
}

async function closeAll(opened: readonly OpenTools[], log: Log): Promise<void> {
  const closings = opened.map(async (one) => one.close());
  for (const one of await Promise.allSettled(closings)) {
    if (one.status === "rejected")
      log.warn("tools did not close", { error: one.reason as unknown });
  }
}

function refuseName(name: string, taken: ReadonlyMap<string, unknown>): void {
  const double = `the agent's tool "${name}" is there twice; the first is kept`;
  const problem = nameProblem(name) ?? (taken.has(name) ? double : undefined);
  if (problem !== undefined) throw new Error(problem);
}

async function prepare(tool: AgentTool): Promise<ReadyTool> {
  const { name, description } = tool;
  const parameters = await resolveDeferred<ToolParameters>(tool.parameters);
  const schema = isZod(parameters) ? parameters : undefined;
  const shown = schema === undefined ? parameters : await toJsonSchema(schema);
  return {
    tool,
    schema,
    // A JSON Schema document is a JSON object; zod's own were told apart above.
    offer: {
      type: "function",
      name,
      description,
      strict: false,
      parameters: shown as JsonObject,
    },
  };
}

// By a mark, not by `instanceof`: plugins may bring their own copy of zod.
function isZod(parameters: ToolParameters): parameters is ObjectSchema {
  return "_zod" in parameters;
}

async function toJsonSchema(schema: ObjectSchema): Promise<object> {
  const { z } = await import("zod");
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: "input" });
  return rest;
}

function byName(one: ModelTool, other: ModelTool): number {
  const [a, b] = [nameOf(one), nameOf(other)];
  return a < b ? -1 : a > b ? 1 : 0;
}

function nameOf(tool: ModelTool): string {
  return "name" in tool ? tool.name : tool.type;
}
