import type http from "node:http";
import type { Agent, ClientRequest, IncomingMessage, RequestOptions } from "node:http";
import type https from "node:https";
import { isLoopback, type Environment } from "../../../core/index.ts";

/** Sockets to model servers, kept open between requests; honours HTTP_PROXY and its like. */
export class Network {
  readonly #env: Environment["env"];
  readonly #agents = new Map<string, Agent>();

  constructor(env: Environment["env"]) {
    this.#env = env;
  }

  request(url: URL, options: RequestOptions): ClientRequest {
    const module = builtin(url);
    // A proxy has another loopback than we: servers on this machine are always asked directly.
    const local = isLoopback(url);
    const key = `${url.protocol}${local ? "local" : "far"}`;
    let agent = this.#agents.get(key);
    if (agent === undefined) {
      agent = new module.Agent({ keepAlive: true, ...(!local && { proxyEnv: { ...this.#env } }) });
      this.#agents.set(key, agent);
    }
    return module.request(url, { ...options, agent });
  }

  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
    this.#agents.clear();
  }
}

// An ESM import of node:http builds a namespace that loads undici: ten times the cost of this.
function builtin(url: URL): typeof http | typeof https {
  return url.protocol === "https:"
    ? process.getBuiltinModule("node:https")
    : process.getBuiltinModule("node:http");
}

/** The phrase of an answer's status, the standard one where there is one. */
export function statusText(response: IncomingMessage): string {
  const status = response.statusCode ?? 0;
  const phrase = process.getBuiltinModule("node:http").STATUS_CODES[status];
  return `${status} ${phrase ?? response.statusMessage ?? ""}`.trimEnd();
}
