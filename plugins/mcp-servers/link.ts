import { Client } from "@modelcontextprotocol/client";
import { errorMessage } from "../../core/index.ts";
import type { AgentToolCall, JsonObject } from "../../core/index.ts";
import { elicit } from "./elicitation.ts";
import { Limit } from "./limit.ts";
import type { ServerSettings } from "./settings.ts";
import { StdioTransport } from "./stdio.ts";
import { transportTo, type ServerTransport, type Surroundings } from "./transport.ts";
import { CallResult, ToolPage, type ListedTool } from "./wire.ts";

/** A call of the server that waits for its answer. */
interface Waiting {
  readonly ask: AgentToolCall["ask"];
  readonly limit: Limit;
}

// Limits are our own: they stand still while a person is asked, which the library's do not.
const noTimeout = 2 ** 31 - 1;
const mostPages = 100;
/** Characters; some servers answer with whole pages. */
const longestReason = 500;

/** One connection to a server, from its handshake to its end. */
export class Link {
  readonly #settings: ServerSettings;
  readonly #transport: ServerTransport;
  readonly #client: Client;
  readonly #waiting = new Set<Waiting>();
  #lost = false;

  private constructor(settings: ServerSettings, surroundings: Surroundings) {
    this.#settings = settings;
    this.#transport = transportTo(settings, surroundings);
    this.#client = new Client(
      // Servers know agents of this family by this name.
      { name: "codex-mcp-client", title: "Codex", version: surroundings.environment.version },
      { capabilities: { elicitation: {} } },
    );
    this.#client.onclose = () => {
      this.#lost = true;
    };
    this.#client.onerror = (error) => {
      surroundings.log.debug(`mcp server "${settings.name}": ${errorMessage(error)}`);
    };
    this.#client.setRequestHandler("elicitation/create", ({ params }, { mcpReq }) => {
      // The protocol does not say which call a question belongs to: the last one, most likely.
      const waiting = [...this.#waiting].at(-1);
      if (waiting === undefined) return { action: "decline" };
      waiting.limit.pause();
      const { ask } = waiting;
      return elicit(settings.name, params, { ask, signal: mcpReq.signal }).finally(() =>
        waiting.limit.resume(),
      );
    });
  }

  /** Starts the server or reaches it, and shakes hands. Rejects with the reason in words. */
  static async open(
    settings: ServerSettings,
    surroundings: Surroundings,
    signal: AbortSignal,
  ): Promise<Link> {
    const link = new Link(settings, surroundings);
    try {
      await link.#client.connect(link.#transport, { signal, timeout: noTimeout });
      return link;
    } catch (error) {
      const reason = link.#reason(error, signal);
      await link.close();
      throw new Error(reason, { cause: error });
    }
  }

  /** True when the server has ended or forgotten us: the next call needs a new link. */
  get lost(): boolean {
    return this.#lost;
  }

  /** Everything the server lists. */
  async tools(signal: AbortSignal): Promise<ListedTool[]> {
    if (this.#client.getServerCapabilities()?.tools === undefined) return [];
    const tools: ListedTool[] = [];
    let cursor: string | undefined;
    try {
      for (let pages = 0; pages < mostPages; pages += 1) {
        const page = await this.#client.request(
          { method: "tools/list", params: cursor === undefined ? {} : { cursor } },
          ToolPage,
          { signal, timeout: noTimeout },
        );
        tools.push(...page.tools);
        if (page.nextCursor === undefined) return tools;
        cursor = page.nextCursor;
      }
      throw new Error(`its list of tools has more than ${mostPages} pages`);
    } catch (error) {
      throw new Error(this.#reason(error, signal), { cause: error });
    }
  }

  /** Calls a tool; progress of the server's starts the time limit anew. Rejects with the reason. */
  async call(
    tool: string,
    args: JsonObject | undefined,
    { signal, ask }: Pick<AgentToolCall, "signal" | "ask">,
  ): Promise<CallResult> {
    const limit = new Limit(this.#settings.toolTimeoutMs);
    const waiting: Waiting = { ask, limit };
    this.#waiting.add(waiting);
    try {
      return await this.#client.request(
        { method: "tools/call", params: { name: tool, ...(args && { arguments: args }) } },
        CallResult,
        {
          signal: AbortSignal.any([signal, limit.signal]),
          timeout: noTimeout,
          onprogress: () => limit.restart(),
        },
      );
    } catch (error) {
      throw new Error(this.#callReason(error, signal, limit), { cause: error });
    } finally {
      limit.end();
      this.#waiting.delete(waiting);
    }
  }

  /** Never rejects. */
  async close(): Promise<void> {
    this.#lost = true;
    try {
      // Over HTTP a server keeps a session until it is told; it may be beyond reach, so not for long.
      if (!(this.#transport instanceof StdioTransport))
        await soon(this.#transport.terminateSession());
      await this.#client.close();
      await this.#transport.close();
    } catch {
      // Closing is all that was left to do with it.
    }
  }

  #callReason(error: unknown, signal: AbortSignal, limit: Limit): string {
    // A server that was started anew, or dropped the session, does not know us any more.
    if (statusOf(error) === 404) this.#lost = true;
    if (signal.aborted) return "the call was cancelled";
    if (limit.signal.aborted) return `no answer within ${this.#settings.toolTimeoutMs / 1000} s`;
    return this.#reason(error, signal);
  }

  #reason(error: unknown, signal: AbortSignal): string {
    const { ending, lastErrors } =
      this.#transport instanceof StdioTransport
        ? this.#transport
        : { ending: undefined, lastErrors: "" };
    if (signal.aborted) return errorMessage(signal.reason) + lastErrors;
    const status = statusOf(error);
    const http = status === undefined ? "" : `HTTP ${status}: `;
    return ending ?? (http + chainOf(error).join(": ")).slice(0, longestReason);
  }
}

/** An error and what caused it: "fetch failed" alone helps nobody. */
function chainOf(error: unknown): string[] {
  const cause = error instanceof Error ? error.cause : undefined;
  const rest = cause === undefined ? [] : chainOf(cause);
  return [...new Set([errorMessage(error), ...rest])].filter((text) => text !== "");
}

function statusOf(error: unknown): number | undefined {
  const status = typeof error === "object" && error !== null && "status" in error && error.status;
  return typeof status === "number" ? status : undefined;
}

async function soon(promise: Promise<void>): Promise<void> {
  const { promise: patience, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, 500);
  await Promise.race([promise, patience]).finally(() => clearTimeout(timer));
}
