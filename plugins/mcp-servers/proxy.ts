import type { IncomingMessage, RequestOptions } from "node:http";
import { isLoopback, type Environment } from "../../core/index.ts";

type Fetch = typeof globalThis.fetch;
type Init = NonNullable<Parameters<Fetch>[1]>;

const variables = ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"];
const mostRedirects = 5;

/**
 * A `fetch` through the proxy that HTTP_PROXY, HTTPS_PROXY and NO_PROXY name, as the global one goes
 * past them; `undefined` where no proxy is named, or for a server on this machine: a proxy has
 * another loopback than we.
 */
export function proxiedFetch(url: URL, env: Environment["env"]): Fetch | undefined {
  const named = variables.some((name) => (env[name] ?? "") !== "");
  if (!named || isLoopback(url)) return undefined;
  return async (input, init = {}) => {
    let target = new URL(input instanceof Request ? input.url : input);
    const headers = new Headers(init.headers);
    for (let redirects = 0; ; redirects += 1) {
      const incoming = await exchange(target, { ...init, headers }, env);
      const next = redirectOf(incoming, target);
      if (next === undefined || redirects === mostRedirects) return answerOf(incoming);
      incoming.resume();
      // What was meant for one server is no business of another.
      if (next.origin !== target.origin) headers.delete("authorization");
      target = next;
    }
  };
}

function exchange(
  url: URL,
  { method = "GET", headers, body, signal }: Init,
  env: Environment["env"],
): Promise<IncomingMessage> {
  const http =
    url.protocol === "https:"
      ? process.getBuiltinModule("node:https")
      : process.getBuiltinModule("node:http");
  const options: RequestOptions = {
    method,
    headers: Object.fromEntries(new Headers(headers)),
    agent: new http.Agent({ proxyEnv: { ...env } }),
    ...(signal && { signal }),
  };
  return new Promise((resolve, reject) => {
    const sent = http.request(url, options);
    sent.on("response", resolve);
    sent.on("error", reject);
    sent.end(typeof body === "string" ? body : undefined);
  });
}

/** Only redirects that keep method and body: the others would make a call something else. */
function redirectOf({ statusCode, headers }: IncomingMessage, from: URL): URL | undefined {
  const { location } = headers;
  const keeps = statusCode === 307 || statusCode === 308;
  return keeps && location !== undefined && URL.canParse(location, from.href)
    ? new URL(location, from)
    : undefined;
}

function answerOf(incoming: IncomingMessage): Response {
  const status = incoming.statusCode ?? 502;
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    for (const one of [value ?? []].flat()) headers.append(name, one);
  }
  const empty = [204, 205, 304].includes(status);
  if (empty) incoming.resume();
  const statusText = incoming.statusMessage ?? "";
  return new Response(empty ? null : ReadableStream.from(incoming), {
    status,
    statusText,
    headers,
  });
}
