import type {
  Environment,
  Model,
  ModelEvent,
  ModelQuery,
  ModelRequest,
} from "../../../core/index.ts";
import type { Choice } from "../choose.ts";
import { modelTraits } from "../traits.ts";
import { answer, type Answer } from "./answer.ts";
import { loadScenarios } from "./scenario.ts";

/**
 * The provider for when there is no language model. It says so, and follows commands, so that
 * approvals, sandbox, patches and events can be tried all the same.
 */
export async function offlineModel(
  query: ModelQuery,
  choice: Choice,
  environment: Environment,
): Promise<Model> {
  const scenarios = await loadScenarios(environment, query.settings);
  return {
    name: choice.model,
    provider: choice.id,
    why: choice.why,
    traits: await modelTraits(choice.model, "chat", query.settings),
    streamMaxRetries: 0,
    async *stream(request, signal) {
      if (signal.aborted) return;
      const given = answer(request, scenarios);
      yield [{ type: "started", rateLimits: null }];
      for (const events of batches(given)) {
        yield events;
        // Lets other work in between deltas, as a network would.
        await new Promise((resolve) => setImmediate(resolve));
        if (signal.aborted) return;
      }
      yield [{ type: "completed", usage: estimate(request, given) }];
    },
  };
}

function* batches(given: Answer): Generator<ModelEvent[]> {
  for (const part of given) {
    if ("call" in part) {
      yield [{ type: "item", item: part.call }];
      continue;
    }
    for (const line of part.text.split(/(?<=\n)/)) yield [{ type: "text_delta", delta: line }];
    const content: [{ type: "output_text"; text: string }] = [
      { type: "output_text", text: part.text },
    ];
    yield [{ type: "item", item: { type: "message", role: "assistant", content } }];
  }
}

/** A guess: four characters a token. */
function estimate(request: ModelRequest, given: Answer) {
  const input_tokens = tokens(request.instructions) + tokens(request.input);
  const output_tokens = tokens(given);
  return {
    input_tokens,
    cached_input_tokens: 0,
    output_tokens,
    reasoning_output_tokens: 0,
    total_tokens: input_tokens + output_tokens,
  };
}

function tokens(value: unknown): number {
  return Math.ceil(JSON.stringify(value).length / 4);
}
