import { once } from "node:events";
import { createInterface } from "node:readline";
import { PassThrough } from "node:stream";
import { Client } from "@modelcontextprotocol/client";
import { StdioClientTransport } from "@modelcontextprotocol/client/stdio";
import { isJsonObject } from "../../core/index.ts";
import type { ConversationEvent, Environment, JsonObject } from "../../core/index.ts";

/** What the person's side does for the server. */
export interface Handlers {
  event(event: ConversationEvent): void;
  /** Answers a question of the server with the content of its form. */
  question(message: string, signal: AbortSignal): Promise<JsonObject>;
  /** A line that the server wrote to stderr. */
  log(line: string): void;
}

/** A server of our own program, as a child process. */
export interface Session {
  /** Rejects when the signal aborts, which cancels the call, and when the server ends. */
  codex(args: JsonObject, signal: AbortSignal): Promise<TurnAnswer>;
  /** Resolves when the connection has ended, for whatever reason. */
  readonly closed: Promise<void>;
  /** Asks the server to end, by a signal, without the patience of `close`. */
  kill(): void;
  close(): Promise<void>;
}

/** What a call of `codex` gave. */
export interface TurnAnswer {
  readonly isError: boolean;
  readonly text: string;
  readonly threadId: string | undefined;
  readonly notes: readonly string[];
}

// A turn may take hours; Node's timers do not count further.
const noTimeout = 2 ** 31 - 1;

/** Starts `portico mcp` with these arguments and shakes hands. */
export async function connect(
  args: readonly string[],
  environment: Environment,
  handlers: Handlers,
): Promise<Session> {
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [process.argv[1] ?? "", "mcp", ...args],
    env: presentVariables(environment.env),
    cwd: environment.cwd,
    stderr: "pipe",
  });
  const logged = forwardLines(transport, handlers);
  const client = new Client(
    { name: "portico-try", version: environment.version },
    {
      capabilities: {
        elicitation: { form: {} },
        experimental: { "portico/events": { enabled: true } },
      },
    },
  );
  client.fallbackNotificationHandler = (notification) => {
    if (notification.method === "codex/event") handlers.event(toEvent(notification.params));
    return Promise.resolve();
  };
  client.setRequestHandler("elicitation/create", async ({ params }, { mcpReq }) => {
    if (!isApproval(params)) return { action: "decline" };
    const content = await handlers.question(params.message, mcpReq.signal);
    // The handler's own words, strings by its type of answer.
    return { action: "accept", content: content as Record<string, string> };
  });
  const closed = new Promise<void>((resolve) => {
    client.onclose = resolve;
  });
  try {
    await client.connect(transport);
  } catch (error) {
    // Why it did not start is on stderr.
    await logged;
    throw error;
  }
  return {
    closed,
    async codex(args, signal) {
      const call = { name: "codex", arguments: args };
      return toAnswer(await client.callTool(call, { signal, timeout: noTimeout }));
    },
    kill() {
      if (transport.pid !== null) process.kill(transport.pid, "SIGTERM");
    },
    close: () => client.close(),
  };
}

function presentVariables(env: Environment["env"]): Record<string, string> {
  const present = Object.entries(env).filter((pair): pair is [string, string] => {
    return pair[1] !== undefined;
  });
  return Object.fromEntries(present);
}

/** Resolves when the server has said its last line. */
async function forwardLines(transport: StdioClientTransport, handlers: Handlers): Promise<void> {
  const { stderr } = transport;
  if (!(stderr instanceof PassThrough)) return;
  const lines = createInterface({ input: stderr }).on("line", (line) => handlers.log(line));
  await once(lines, "close");
}

/** Questions of other plugins have forms that this command cannot show. */
function isApproval(params: unknown): params is { message: string } {
  if (!isJsonObject(params) || typeof params["message"] !== "string") return false;
  const schema = params["requestedSchema"];
  const properties = isJsonObject(schema) ? schema["properties"] : undefined;
  return isJsonObject(properties) && properties["decision"] !== undefined;
}

function toEvent(params: unknown): ConversationEvent {
  // Our own program sent it: its shape is what the types say.
  return params as ConversationEvent;
}

function toAnswer(result: {
  content: readonly object[];
  isError?: boolean | undefined;
  structuredContent?: unknown;
}): TurnAnswer {
  const [first] = result.content;
  const structured = isJsonObject(result.structuredContent) ? result.structuredContent : {};
  const { threadId, notes } = structured;
  return {
    isError: result.isError === true,
    text: first !== undefined && "text" in first ? String(first.text) : "",
    threadId: typeof threadId === "string" ? threadId : undefined,
    notes: Array.isArray(notes) ? notes.map(String) : [],
  };
}
