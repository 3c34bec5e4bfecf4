import { HostError } from "../../../core/index.ts";
import type {
  AgentTool,
  AgentTools,
  AgentToolSource,
  ToolParameters,
} from "../../../core/index.ts";

// The engine's own, offered or not, and those that models know by heart.
const reservedNames = new Set([
  "apply_patch",
  "container.exec",
  "exec_command",
  "local_shell",
  "shell",
  "unified_exec",
  "update_plan",
  "view_image",
  "web_search",
  "write_stdin",
]);

/** What plugins added for the model, at set-up or later; conversations take it as it is then. */
export class AgentToolRegistry implements AgentTools {
  readonly #tools = new Map<string, AgentTool>();
  readonly #sources: AgentToolSource[] = [];

  get tools(): readonly AgentTool[] {
    return [...this.#tools.values()];
  }

  get sources(): readonly AgentToolSource[] {
    return this.#sources;
  }

  add<P extends ToolParameters>(tool: AgentTool<P>): void {
    const taken = `the agent has a tool "${tool.name}" already`;
    const problem = nameProblem(tool.name) ?? (this.#tools.has(tool.name) ? taken : undefined);
    if (problem !== undefined) throw new HostError("PLUGIN_CONFLICT", problem);
    this.#tools.set(tool.name, tool);
  }

  addSource(source: AgentToolSource): void {
    this.#sources.push(source);
  }
}

/** Why no plugin can offer a tool under this name, or undefined. */
export function nameProblem(name: string): string | undefined {
  if (reservedNames.has(name)) return `the agent's tool "${name}" is the engine's own`;
  // Providers refuse a whole request for one name that they do not like.
  if (/^[A-Za-z0-9_-]{1,64}$/.test(name)) return undefined;
  return `no tool for the agent can be named ${JSON.stringify(name)}: 1 to 64 letters, digits, _ and -`;
}
