import { token } from "../plugin/token.ts";
import type { JsonObject, JsonValue } from "../json.ts";
import type { RateLimits, TokenUsage } from "../protocol/events/session.ts";
import type { ResponseItem } from "../protocol/items.ts";
import type { ReasoningEffort, ReasoningSummary, Verbosity } from "../protocol/policy.ts";
import type { SettingsTree } from "./settings.ts";

/** Opens models by provider; other plugins may add providers. */
export interface Models {
  /**
   * Chooses provider and model: explicit settings, else what is found (keys in the environment, a
   * local server, the offline provider). Rejects with `ConversationError` of kind `settings`.
   */
  open(request: ModelQuery): Promise<Model>;
  /** Adds a kind of provider under the id that `model_provider` names. */
  add(id: string, provider: ModelProvider): void;
}

export interface ModelQuery {
  readonly settings: SettingsTree;
  /** Beats the settings' `model` and `model_provider`. */
  readonly model?: string;
  readonly provider?: string;
  readonly conversationId: string;
  readonly client?: { readonly name: string; readonly version: string };
  readonly signal?: AbortSignal;
}

/** A provider that a plugin adds. */
export interface ModelProvider {
  readonly name: string;
  open(query: ModelQuery): Promise<Model>;
}

/** One model of one provider, ready to be asked. */
export interface Model {
  /** Slug, as sent to the provider. */
  readonly name: string;
  readonly provider: string;
  /** Why this provider was chosen, one clause for people. */
  readonly why: string;
  readonly traits: ModelTraits;
  /** How often the engine may repeat a broken stream. */
  readonly streamMaxRetries: number;
  /**
   * Asks the model. Yields batches of what arrives, in order; never throws: the last event is
   * `completed` or `failed`, an aborted signal ends it with neither. Pausing the iteration pauses
   * the network.
   */
  stream(request: ModelRequest, signal: AbortSignal): AsyncIterable<readonly ModelEvent[]>;
}

/** What a model can do and how it wants its prompt. */
export interface ModelTraits {
  /** Sends the `reasoning` member. */
  readonly reasoning: boolean;
  readonly verbosity: boolean;
  /** The patch manual is appended to the instructions unless a patch tool is offered. */
  readonly patchManual: boolean;
  /** How `apply_patch` is offered when nobody asked for it. */
  readonly patchTool: "function" | "freeform" | "none";
  readonly shellTool: "shell" | "local_shell";
  /** Tokens. */
  readonly contextWindow: number | undefined;
  readonly autoCompactLimit: number | undefined;
}

/** One request to a model, independent of the wire. */
export interface ModelRequest {
  readonly instructions: string;
  readonly input: readonly ResponseItem[];
  readonly tools: readonly ModelTool[];
  readonly parallelToolCalls: boolean;
  readonly effort: ReasoningEffort | undefined;
  readonly summary: ReasoningSummary;
  readonly verbosity: Verbosity | undefined;
  readonly outputSchema: JsonValue | undefined;
}

/** A tool offered to the model. */
export type ModelTool =
  | {
      readonly type: "function";
      readonly name: string;
      readonly description: string;
      readonly strict: boolean;
      readonly parameters: JsonObject;
    }
  | {
      readonly type: "custom";
      readonly name: string;
      readonly description: string;
      readonly format: {
        readonly type: "grammar";
        readonly syntax: "lark";
        readonly definition: string;
      };
    }
  | { readonly type: "web_search" | "local_shell" };

/** What a model's answer is made of. */
export type ModelEvent =
  /** The provider accepted the request. `rateLimits` is null where the wire has none. */
  | { readonly type: "started"; readonly rateLimits: RateLimits | null }
  | { readonly type: "text_delta"; readonly delta: string }
  | { readonly type: "reasoning_summary_delta"; readonly delta: string }
  | { readonly type: "reasoning_section_break" }
  | { readonly type: "reasoning_delta"; readonly delta: string }
  | { readonly type: "web_search_begin"; readonly callId: string }
  /** A whole item: message, reasoning or call. */
  | { readonly type: "item"; readonly item: ResponseItem }
  | { readonly type: "completed"; readonly usage: TokenUsage | null }
  | { readonly type: "failed"; readonly failure: ModelFailure };

/** Why an answer broke off. */
export interface ModelFailure {
  /** One sentence for people, without secrets. */
  readonly message: string;
  /** False: asking again cannot help (bad request, missing key, usage limit). */
  readonly retryable: boolean;
  /** Milliseconds the provider asked to wait. */
  readonly retryAfterMs?: number;
  /** Set when the input is too long for the model. */
  readonly contextOverflow?: boolean;
}

export const Models = token<Models>("models");
