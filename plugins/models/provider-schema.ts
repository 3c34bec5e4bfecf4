import { z } from "zod";

const strings = z.record(z.string(), z.string()).default({});
const count = z.int().nonnegative();

/** `model_providers` of the settings, by id; unknown keys pass. Also in `shapes.json`. */
export const ProviderTables = z.record(
  z.string(),
  z.object({
    /** For people; absent: the id. */
    name: z.string().optional(),
    // A pattern, which JSON Schema can show; the reader sees to it that it is a URL.
    base_url: z
      .string()
      .regex(/^https?:\/\//, "Invalid URL")
      .optional(),
    wire_api: z.enum(["responses", "chat", "anthropic", "gemini"]).default("chat"),
    /** npm name of an AI SDK provider, found from the home folder; beats `wire_api`. */
    ai_sdk: z.string().min(1).optional(),
    env_key: z.string().optional(),
    env_key_instructions: z.string().optional(),
    query_params: strings,
    http_headers: strings,
    env_http_headers: strings,
    request_max_retries: count.default(4),
    stream_max_retries: count.default(5),
    stream_idle_timeout_ms: count.min(1).default(300_000),
    requires_openai_auth: z.boolean().default(false),
  }),
);
export type ProviderTables = z.infer<typeof ProviderTables>;
