import type { Model, ModelEvent, ModelRequest } from "../../../core/index.ts";
import { providerAccess, renewedAccess, requestHeaders, type Access } from "../access.ts";
import { failureOf, ModelError } from "../failure.ts";
import { readBody } from "../http/body.ts";
import { post } from "../http/post.ts";
import type { Opening } from "../opening.ts";
import { endpoint } from "../provider.ts";
import { ResponsesDecoder } from "./decoder.ts";
import { rateLimits } from "./rate-limits.ts";
import { requestBody } from "./request.ts";

/** How long the end of the stream may lag behind its closing event. */
const endGraceMs = 500;

/** A model behind the Responses wire, on a transport of our own: items round-trip unchanged. */
export function responsesModel(opening: Opening): Model {
  const { provider, choice, traits } = opening;
  return {
    name: choice.model,
    provider: provider.id,
    why: choice.why,
    traits,
    streamMaxRetries: provider.streamMaxRetries,
    async *stream(request, signal) {
      try {
        yield* answer(opening, request, signal);
      } catch (error) {
        if (signal.aborted) return;
        const headers = error instanceof ModelError ? error.headers : undefined;
        if (headers !== undefined) yield [{ type: "started", rateLimits: rateLimits(headers) }];
        yield [{ type: "failed", failure: failureOf(error) }];
      }
    },
  };
}

async function* answer(
  opening: Opening,
  request: ModelRequest,
  signal: AbortSignal,
): AsyncGenerator<readonly ModelEvent[], void, undefined> {
  const { provider, choice, traits, query, network } = opening;
  const access = await providerAccess(opening, signal);
  const headers = (by: Access) => ({
    ...requestHeaders(opening, by),
    "OpenAI-Beta": "responses=experimental",
    conversation_id: query.conversationId,
    session_id: query.conversationId,
  });
  const body = requestBody(request, {
    model: choice.model,
    conversationId: query.conversationId,
    reasoning: traits.reasoning,
    verbosity: traits.verbosity,
    azure: isAzure(provider.name, access.baseUrl),
  });
  const response = await post(
    {
      url: endpoint(access.baseUrl, "/responses", provider.queryParams),
      headers: headers(access),
      async renew() {
        const renewed = await renewedAccess(opening, access, signal);
        return renewed && headers(renewed);
      },
      body: JSON.stringify(body),
      wire: "responses",
      maxRetries: provider.requestMaxRetries,
      idleTimeoutMs: provider.idleTimeoutMs,
    },
    network,
    signal,
  );
  yield [{ type: "started", rateLimits: rateLimits(response.headers) }];
  const decoder = new ResponsesDecoder();
  const limit = () => (decoder.settled ? endGraceMs : undefined);
  try {
    for await (const chunk of readBody(response, provider.idleTimeoutMs, limit)) {
      const events = decoder.feed(chunk);
      if (events.length > 0) yield events;
    }
  } catch (error) {
    // Once the closing event is there, a rude end of the connection takes nothing away.
    if (!decoder.settled) throw error;
  }
  if (!signal.aborted) yield [decoder.end()];
}

/** Azure by its name, or by the hosts and paths that its OpenAI service has. */
function isAzure(name: string, baseUrl: string): boolean {
  if (name.toLowerCase() === "azure") return true;
  const markers = ["openai.azure.", "cognitiveservices.azure.", "aoai.azure.", "azure-api."];
  const url = baseUrl.toLowerCase();
  return [...markers, "azurefd.", "windows.net/openai"].some((marker) => url.includes(marker));
}
