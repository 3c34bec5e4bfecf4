import { z } from "zod";
import { ConversationError, isJsonObject } from "../../core/index.ts";
import type { SettingsTree } from "../../core/index.ts";

/** One external server as the settings describe it. */
export interface ServerSettings {
  readonly name: string;
  readonly enabled: boolean;
  readonly endpoint: Program | Address;
  readonly startupTimeoutMs: number;
  readonly toolTimeoutMs: number;
  /** True for the tools, by the server's own names, that shall be offered. */
  readonly offers: (tool: string) => boolean;
}

/** A server that is started as a child process and speaks on its pipes. */
export interface Program {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Relative to the conversation's working folder. */
  readonly cwd: string | undefined;
}

/** A server that is reached by streamable HTTP. */
export interface Address {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly bearerToken: string | undefined;
  /** Name of the variable that holds the token. */
  readonly bearerTokenVariable: string | undefined;
}

const texts = z.array(z.string());
const textsByName = z.record(z.string(), z.string());
const seconds = z.number().positive();

// Unknown keys pass, as everywhere in the settings; `doctor` names them.
const Server = z
  .object({
    command: z.string().min(1).optional(),
    args: texts.optional(),
    env: textsByName.optional(),
    cwd: z.string().optional(),
    url: z.url({ protocol: /^https?$/, error: "an http or https URL" }).optional(),
    bearer_token: z.string().optional(),
    bearer_token_env_var: z.string().optional(),
    http_headers: textsByName.optional(),
    startup_timeout_sec: seconds.optional(),
    startup_timeout_ms: seconds.optional(),
    tool_timeout_sec: seconds.optional(),
    enabled: z.boolean().optional(),
    enabled_tools: texts.optional(),
    disabled_tools: texts.optional(),
  })
  .refine(({ command, url }) => (command === undefined) !== (url === undefined), {
    error: "either `command` or `url`",
  });
const Servers = z.record(z.string(), Server);
export const ServerKeys = z.object({ mcp_servers: Servers.optional() });

/**
 * The servers that are not switched off. Throws `ConversationError` of kind `settings` that names
 * each wrong key; values are left out, as they may be secrets.
 */
export function readServers(tree: SettingsTree): ServerSettings[] {
  const parsed = Servers.safeParse(tree.values["mcp_servers"]);
  if (!parsed.success) {
    const problems = parsed.error.issues.map((issue) => describe(issue, tree));
    throw new ConversationError("settings", problems.join("; "));
  }
  return Object.entries(parsed.data)
    .map(([name, server]) => toSettings(name, server))
    .filter(({ enabled }) => enabled);
}

/** One of them, switched off or not. Throws as `readServers` does. */
export function readServer(tree: SettingsTree, name: string): ServerSettings {
  const tables = tree.values["mcp_servers"];
  const parsed = Server.safeParse(isJsonObject(tables) ? tables[name] : undefined);
  if (parsed.success) return toSettings(name, parsed.data);
  const problems = parsed.error.issues.map((issue) => describe(issue, tree, [name]));
  throw new ConversationError("settings", problems.join("; "));
}

function describe(
  issue: z.core.$ZodIssue,
  tree: SettingsTree,
  within: readonly string[] = [],
): string {
  const key = ["mcp_servers", ...within, ...issue.path].join(".");
  const source = tree.source(key);
  const from = source === undefined ? "" : ` (from ${source})`;
  const expected = issue.code === "invalid_type" ? issue.expected : issue.message;
  return `${key}${from}: expected ${expected}`;
}

function toSettings(name: string, server: z.infer<typeof Server>): ServerSettings {
  const { startup_timeout_sec: startup, startup_timeout_ms: startupMs = 10_000 } = server;
  const { enabled_tools: wanted, disabled_tools: unwanted = [] } = server;
  return {
    name,
    enabled: server.enabled !== false,
    endpoint: endpointOf(server),
    startupTimeoutMs: startup === undefined ? startupMs : startup * 1000,
    toolTimeoutMs: (server.tool_timeout_sec ?? 60) * 1000,
    offers: (tool) => wanted?.includes(tool) !== false && !unwanted.includes(tool),
  };
}

function endpointOf(server: z.infer<typeof Server>): Program | Address {
  const { command, args = [], env = {}, cwd, url, http_headers: headers = {} } = server;
  if (url === undefined) return { command: command ?? "", args, env, cwd };
  const { bearer_token: bearerToken, bearer_token_env_var: bearerTokenVariable } = server;
  return { url: new URL(url), headers, bearerToken, bearerTokenVariable };
}
