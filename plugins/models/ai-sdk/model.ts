import type { LanguageModelV4CallOptions } from "@ai-sdk/provider";
import {
  isJsonObject,
  type Model,
  type ModelEvent,
  type ModelRequest,
} from "../../../core/index.ts";
import { providerAccess } from "../access.ts";
import type { Opening } from "../opening.ts";
import { PartDecoder } from "./decoder.ts";
import { exchange } from "./fetch.ts";
import { languageModel } from "./load.ts";
import { partFailure } from "./part-failure.ts";
import { prompt } from "./prompt.ts";
import { ReasoningName } from "./reasoning-name.ts";
import { calledTools, functionTools } from "./tools.ts";

/** A model behind any AI SDK provider: chat completions, Anthropic, Gemini, or an installed one. */
export function aiSdkModel(opening: Opening): Model {
  const { provider, choice, traits } = opening;
  const reasoning = new ReasoningName();
  return {
    name: choice.model,
    provider: provider.id,
    why: choice.why,
    traits,
    streamMaxRetries: provider.streamMaxRetries,
    async *stream(request, signal) {
      try {
        yield* answer({ ...opening, reasoning }, request, signal);
      } catch (error) {
        if (!signal.aborted) yield [{ type: "failed", failure: partFailure(error) }];
      }
    },
  };
}

async function* answer(
  opening: Opening & { readonly reasoning: ReasoningName },
  request: ModelRequest,
  signal: AbortSignal,
): AsyncGenerator<readonly ModelEvent[], void, undefined> {
  const access = await providerAccess(opening, signal);
  const line = exchange(opening, access, signal);
  const model = await languageModel(opening, access, {
    fetch: (input, init) => line.fetch(input, init),
    reasoning: opening.reasoning,
  });
  const { stream } = await model.doStream(callOptions(opening, request, signal));
  yield [{ type: "started", rateLimits: null }];

  const decoder = new PartDecoder({
    custom: new Set(request.tools.flatMap((tool) => (tool.type === "custom" ? [tool.name] : []))),
    usedIds: new Set(
      request.input.flatMap((item) => ("call_id" in item ? [item.call_id ?? ""] : [])),
    ),
    summaries: opening.provider.wire !== "chat",
    marked: () => line.marked(),
  });
  const reader = stream.getReader();
  try {
    while (!decoder.over) {
      const next = await reader.read();
      if (signal.aborted) return;
      const events = next.done ? decoder.end() : decoder.take(next.value);
      if (events.length > 0) yield events;
    }
  } finally {
    line.close();
    // Whatever it was still about to say is of no interest now.
    void reader.cancel().catch(() => undefined);
  }
}

function callOptions(
  { provider }: Opening,
  request: ModelRequest,
  signal: AbortSignal,
): LanguageModelV4CallOptions {
  const chat = provider.wire === "chat";
  const offered = functionTools(request.tools);
  // Some of these services refuse calls in the input of a request that defines no tools.
  const tools = offered.length > 0 || chat ? offered : calledTools(request.input);
  const options: LanguageModelV4CallOptions = {
    prompt: prompt(request, { textArguments: chat, openThoughts: chat }),
    abortSignal: signal,
    ...(tools.length > 0 && { tools }),
  };
  // The chat wire never carried these, and its servers refuse what they do not know.
  if (chat) return options;
  return {
    ...options,
    ...(request.effort !== undefined && { reasoning: request.effort }),
    ...(isJsonObject(request.outputSchema) && {
      responseFormat: { type: "json", name: "codex_output_schema", schema: request.outputSchema },
    }),
  };
}
