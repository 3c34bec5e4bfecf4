import type { EventOf, RateLimits, TokenUsage } from "../../../core/index.ts";

/** Tokens spent by a conversation, and what the provider last said of its limits. */
export class Usage {
  #total: TokenUsage | undefined;
  #last: TokenUsage | undefined;
  #rateLimits: RateLimits | null = null;

  limit(rateLimits: RateLimits): void {
    this.#rateLimits = rateLimits;
  }

  add(usage: TokenUsage): void {
    this.#last = usage;
    this.#total = this.#total === undefined ? usage : sum(this.#total, usage);
  }

  /** The state so far as an event; `info` is null before the first response. */
  event(contextWindow: number | undefined): EventOf<"token_count"> {
    const info =
      this.#total === undefined || this.#last === undefined
        ? null
        : {
            total_token_usage: this.#total,
            last_token_usage: this.#last,
            model_context_window: contextWindow ?? null,
          };
    return { type: "token_count", info, rate_limits: this.#rateLimits };
  }
}

function sum(one: TokenUsage, other: TokenUsage): TokenUsage {
  return {
    input_tokens: one.input_tokens + other.input_tokens,
    cached_input_tokens: one.cached_input_tokens + other.cached_input_tokens,
    output_tokens: one.output_tokens + other.output_tokens,
    reasoning_output_tokens: one.reasoning_output_tokens + other.reasoning_output_tokens,
    total_tokens: one.total_tokens + other.total_tokens,
  };
}
