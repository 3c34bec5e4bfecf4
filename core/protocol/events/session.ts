import { z } from "zod";
import { ReasoningEffort } from "../policy.ts";

const TokenUsage = z.object({
  input_tokens: z.int(),
  cached_input_tokens: z.int(),
  output_tokens: z.int(),
  reasoning_output_tokens: z.int(),
  total_tokens: z.int(),
});
export type TokenUsage = z.infer<typeof TokenUsage>;

const RateLimitWindow = z.object({
  used_percent: z.number(),
  window_minutes: z.int().nullable(),
  resets_in_seconds: z.int().nullable(),
});

/** Rate limits of the provider; a window it did not report is null. */
const RateLimits = z.object({
  primary: RateLimitWindow.nullable(),
  secondary: RateLimitWindow.nullable(),
});
export type RateLimits = z.infer<typeof RateLimits>;

export const SessionEvents = [
  z.object({
    type: z.literal("session_configured"),
    session_id: z.string(),
    model: z.string(),
    reasoning_effort: ReasoningEffort.optional(),
    history_log_id: z.int(),
    history_entry_count: z.int(),
    initial_messages: z.array(z.looseObject({ type: z.string() })).optional(),
    rollout_path: z.string(),
  }),
  z.object({ type: z.literal("task_started"), model_context_window: z.int().nullable() }),
  z.object({ type: z.literal("task_complete"), last_agent_message: z.string().nullable() }),
  z.object({
    type: z.literal("turn_aborted"),
    reason: z.enum(["interrupted", "replaced", "review_ended"]),
  }),
  z.object({
    type: z.literal("token_count"),
    info: z
      .object({
        total_token_usage: TokenUsage,
        last_token_usage: TokenUsage,
        model_context_window: z.int().nullable(),
      })
      .nullable(),
    rate_limits: RateLimits.nullable(),
  }),
] as const;
