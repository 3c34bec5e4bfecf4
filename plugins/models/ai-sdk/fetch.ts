import type { IncomingMessage } from "node:http";
import { ownHeaders, renewedAccess, requestHeaders, type Access } from "../access.ts";
import { readBody } from "../http/body.ts";
import { post } from "../http/post.ts";
import type { Opening } from "../opening.ts";
import { addQuery } from "../provider.ts";

/** One exchange of an AI SDK provider over our transport, and what is seen of it on the way. */
export interface Exchange {
  readonly fetch: typeof globalThis.fetch;
  /** Closes the socket; an abandoned reader of a web stream would only do so at the next chunk. */
  close(): void;
  /** True once the answer ended with the chat wire's end mark. */
  marked(): boolean;
}

/** A `fetch` with our retries, time limits, proxies and headers; it fails with `ModelError`. */
export function exchange(opening: Opening, access: Access, signal: AbortSignal): Exchange {
  const { provider, network } = opening;
  let tail = "";
  let response: IncomingMessage | undefined;

  async function* body(source: IncomingMessage): AsyncGenerator<Uint8Array> {
    for await (const chunk of readBody(source, provider.idleTimeoutMs)) {
      tail = (tail + chunk.toString("latin1", Math.max(0, chunk.length - 32))).slice(-32);
      yield chunk;
    }
    // A socket that an abort tears down may end like an answer that is complete.
    signal.throwIfAborted();
  }

  return {
    close: () => void response?.destroy(),
    marked: () => tail.includes("[DONE]"),
    async fetch(input, init) {
      const url = new URL(input instanceof Request ? input.url : input);
      addQuery(url, provider.queryParams);
      response = await post(
        {
          url,
          headers: headers(opening, access, init?.headers),
          async renew() {
            const renewed = await renewedAccess(opening, access, signal);
            return renewed && headers(opening, renewed, init?.headers);
          },
          body: typeof init?.body === "string" ? init.body : "",
          wire: "other",
          maxRetries: provider.requestMaxRetries,
          idleTimeoutMs: provider.idleTimeoutMs,
        },
        network,
        signal,
      );
      return new Response(ReadableStream.from(body(response)), {
        status: response.statusCode ?? 200,
        headers: { "content-type": response.headers["content-type"] ?? "text/event-stream" },
      });
    },
  };
}

/** Ours under the library's under the provider's own, except that we say who asks. */
function headers(
  opening: Opening,
  access: Access,
  given: ConstructorParameters<typeof Headers>[0],
): Record<string, string> {
  const ours = requestHeaders(opening, access);
  const agent = ours["User-Agent"] ?? "";
  const keyed = opening.provider.wire === "anthropic" || opening.provider.wire === "gemini";
  // Their key travels in a header of its own, which the library sets.
  if (keyed) delete ours["Authorization"];
  const all = new Headers(ours);
  new Headers(given).forEach((value, name) => all.set(name, value));
  if (access.key === undefined) {
    all.delete("x-api-key");
    all.delete("x-goog-api-key");
  }
  all.set("accept", "text/event-stream");
  all.set("user-agent", agent);
  const own = ownHeaders(opening.provider, opening.world.environment.env);
  for (const [name, value] of Object.entries(own)) all.set(name, value);
  return Object.fromEntries(all);
}
