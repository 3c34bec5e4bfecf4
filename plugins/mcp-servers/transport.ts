import { resolve } from "node:path";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import type { Environment, Log } from "../../core/index.ts";
import { serverEnvironment } from "./environment.ts";
import { proxiedFetch } from "./proxy.ts";
import type { Address, ServerSettings } from "./settings.ts";
import { StdioTransport } from "./stdio.ts";

/** Where servers are started. */
export interface Surroundings {
  readonly environment: Environment;
  /** The conversation's working folder. */
  readonly cwd: string;
  readonly log: Log;
}

export type ServerTransport = StdioTransport | StreamableHTTPClientTransport;

/** The way to one server; nothing is started yet. Throws when a token is missing. */
export function transportTo(
  { endpoint }: ServerSettings,
  { environment, cwd, log }: Surroundings,
): ServerTransport {
  if ("url" in endpoint) {
    const headers = headersFor(endpoint, environment.env);
    const fetch = proxiedFetch(endpoint.url, environment.env);
    return new StreamableHTTPClientTransport(endpoint.url, {
      requestInit: { headers },
      ...(fetch !== undefined && { fetch }),
    });
  }
  return new StdioTransport({
    command: endpoint.command,
    args: endpoint.args,
    env: serverEnvironment(environment.env, endpoint.env),
    cwd: resolve(cwd, endpoint.cwd ?? ""),
    log,
  });
}

/** Headers of every request; throws when the variable of the token is not set. */
export function headersFor(endpoint: Address, env: Environment["env"]): Record<string, string> {
  const { headers, bearerToken, bearerTokenVariable } = endpoint;
  const token = bearerTokenVariable === undefined ? bearerToken : env[bearerTokenVariable];
  if (bearerTokenVariable !== undefined && (token === undefined || token === "")) {
    throw new Error(`the variable ${bearerTokenVariable} of its bearer token is not set`);
  }
  return { ...headers, ...(token !== undefined && { Authorization: `Bearer ${token}` }) };
}
