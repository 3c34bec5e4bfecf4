/** Ids of `model_provider` that need no configuration; `google` is another name of `gemini`. */
export const builtinIds: readonly string[] = [
  "openai",
  "oss",
  "anthropic",
  "gemini",
  "google",
  "openrouter",
  "offline",
];

/**
 * Ids that a configuration cannot redefine. The other built-in ids are younger than configurations
 * that already define them, so there the user's entry wins.
 */
export const reservedIds: readonly string[] = ["openai", "oss", "offline"];
