import type http from "node:http";
import type https from "node:https";
import { isLoopback, type Environment } from "../../core/index.ts";

/** Milliseconds for one exchange with the issuer. */
const limitMs = 60_000;
const largestAnswer = 1024 * 1024;

export interface Answer {
  readonly status: number;
  /** Code and phrase, such as `400 Bad Request`. */
  readonly statusText: string;
  readonly text: string;
}

/** One POST, over a proxy where the environment names one. */
export interface Post {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly env: Environment["env"];
  readonly signal: AbortSignal | undefined;
}

/** Sends it; rejects when there is no answer, with the host's name and never with what was sent. */
export function post({ url, headers, body, env, signal }: Post): Promise<Answer> {
  const timeout = AbortSignal.timeout(limitMs);
  const ended = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
  const module = builtin(url);
  // A proxy has another loopback than we.
  const agent = new module.Agent(isLoopback(url) ? {} : { proxyEnv: { ...env } });
  const sent = Object.assign({}, headers, { "content-length": String(Buffer.byteLength(body)) });
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      agent.destroy();
      const why = timeout.aborted ? `no answer within ${limitMs} ms` : error.message;
      reject(new Error(`cannot reach ${url.origin}${url.pathname}: ${why}`, { cause: error }));
    };
    const request = module.request(url, { method: "POST", headers: sent, agent, signal: ended });
    request.on("error", fail).on("response", (response) => {
      const chunks: Buffer[] = [];
      let size = 0;
      response.on("data", (chunk: Buffer) => {
        chunks.push(chunk);
        size += chunk.length;
        if (size > largestAnswer) response.destroy(new Error("its answer is too large"));
      });
      response.on("error", fail).on("end", () => {
        agent.destroy();
        const status = response.statusCode ?? 0;
        const phrase = process.getBuiltinModule("node:http").STATUS_CODES[status] ?? "";
        const statusText = `${status} ${phrase}`.trimEnd();
        resolve({ status, statusText, text: Buffer.concat(chunks).toString("utf8") });
      });
    });
    request.end(body);
  });
}

// An ESM import of node:http builds a namespace that loads much more than is used.
function builtin(url: URL): typeof http | typeof https {
  return url.protocol === "https:"
    ? process.getBuiltinModule("node:https")
    : process.getBuiltinModule("node:http");
}
