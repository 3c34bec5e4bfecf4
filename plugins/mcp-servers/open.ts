import { errorMessage } from "../../core/index.ts";
import type { AgentTool, Environment, Log, OpenTools, ToolConversation } from "../../core/index.ts";
import { Connection } from "./connection.ts";
import { serverNameProblem } from "./names.ts";
import { readServers, type ServerSettings } from "./settings.ts";
import { serverTool } from "./tool.ts";
import type { Surroundings } from "./transport.ts";

/** One server, as far as it came. */
interface Opened {
  readonly connection?: Connection;
  readonly tools: readonly AgentTool[];
  readonly problem?: string;
}

/**
 * Starts all servers of a conversation side by side; one that fails costs only itself. Rejects with
 * `ConversationError` when the settings are wrong.
 */
export async function openServers(
  { settings, cwd, signal }: ToolConversation,
  process: { readonly environment: Environment; readonly log: Log },
): Promise<OpenTools> {
  const servers = readServers(settings);
  const opened = await Promise.all(
    servers.map((server) => openServer(server, { ...process, cwd }, signal)),
  );
  return {
    tools: withoutDoubles(
      opened.flatMap(({ tools }) => tools),
      process.log,
    ),
    problems: opened.flatMap(({ problem }) => (problem === undefined ? [] : [problem])),
    async close() {
      await Promise.all(opened.map(async ({ connection }) => connection?.close()));
    },
  };
}

async function openServer(
  server: ServerSettings,
  surroundings: Surroundings,
  signal: AbortSignal | undefined,
): Promise<Opened> {
  const { name } = server;
  const nameProblem = serverNameProblem(name);
  if (nameProblem !== undefined) return failed(name, nameProblem);
  const connection = new Connection(server, surroundings);
  try {
    const listed = await connection.open(signal);
    const offered = listed.filter((tool) => server.offers(tool.name));
    return { connection, tools: offered.map((tool) => serverTool(name, tool, connection)) };
  } catch (error) {
    await connection.close();
    return failed(name, errorMessage(error));
  }
}

function failed(server: string, reason: string): Opened {
  const problem = `mcp server ${JSON.stringify(server)} could not be started: ${reason}`;
  return { tools: [], problem };
}

/** Of tools that the model could not tell apart, the first. */
function withoutDoubles(tools: readonly AgentTool[], log: Log): AgentTool[] {
  const kept = new Map<string, AgentTool>();
  for (const tool of tools) {
    if (kept.has(tool.name)) log.warn(`a second tool "${tool.name}" is left out`);
    else kept.set(tool.name, tool);
  }
  return [...kept.values()];
}
