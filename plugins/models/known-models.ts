import type { ModelTraits } from "../../core/index.ts";

/**
 * What is known of models by their slug, `*` standing for any text: every row that fits counts, later
 * ones over earlier ones. A window stands beside exact names where a family has several. Models that
 * people run themselves are left out: their window is what their server was started with.
 */
export const knownModels: readonly (readonly [pattern: string, traits: Partial<ModelTraits>])[] = [
  ["gpt-3.5*", { patchManual: true }],
  ["gpt-4o*", { patchManual: true }],
  ["gpt-4.1*", { patchManual: true }],
  ["gpt-3.5", { contextWindow: 16_385 }],
  ["gpt-3.5-turbo", { contextWindow: 16_385 }],
  ["gpt-4o", { contextWindow: 128_000 }],
  ["gpt-4o-mini", { contextWindow: 128_000 }],
  ["gpt-4.1", { contextWindow: 1_047_576 }],
  ["gpt-4.1-mini", { contextWindow: 1_047_576 }],
  ["gpt-4.1-nano", { contextWindow: 1_047_576 }],

  ["o3*", { reasoning: true, patchManual: true }],
  ["o4-mini*", { reasoning: true, patchManual: true }],
  ["o3", { contextWindow: 200_000 }],
  ["o3-mini", { contextWindow: 200_000 }],
  ["o3-pro", { contextWindow: 200_000 }],
  ["o4-mini", { contextWindow: 200_000 }],

  ["codex-*", { reasoning: true, contextWindow: 272_000 }],
  ["codex-mini-latest*", { patchManual: true, shellTool: "local_shell", contextWindow: 200_000 }],
  ["gpt-5*", { reasoning: true, patchManual: true, verbosity: true, contextWindow: 272_000 }],
  ["gpt-5-codex*", { patchManual: false, verbosity: false, autoCompactLimit: 350_000 }],

  ["gpt-oss*", { patchTool: "function" }],
  ["openai/gpt-oss*", { patchTool: "function" }],
  ["gpt-oss-20b", { contextWindow: 96_000 }],
  ["gpt-oss-120b", { contextWindow: 96_000 }],
  ["openai/gpt-oss-20b", { contextWindow: 96_000 }],
  ["openai/gpt-oss-120b", { contextWindow: 96_000 }],

  // More than this has to be asked for with a header of its own, or comes with later models.
  ["claude-3*", { contextWindow: 200_000 }],
  ["claude-haiku-4*", { contextWindow: 200_000 }],
  ["claude-sonnet-4*", { contextWindow: 200_000 }],
  ["claude-opus-4*", { contextWindow: 200_000 }],
  ["anthropic/claude-3*", { contextWindow: 200_000 }],
  ["anthropic/claude-haiku-4*", { contextWindow: 200_000 }],
  ["anthropic/claude-sonnet-4*", { contextWindow: 200_000 }],
  ["anthropic/claude-opus-4*", { contextWindow: 200_000 }],

  ["gemini-2.0-flash", { contextWindow: 1_048_576 }],
  ["gemini-2.5-flash", { contextWindow: 1_048_576 }],
  ["gemini-2.5-flash-lite", { contextWindow: 1_048_576 }],
  ["gemini-2.5-pro", { contextWindow: 1_048_576 }],
  ["google/gemini-2.5-flash", { contextWindow: 1_048_576 }],
  ["google/gemini-2.5-flash-lite", { contextWindow: 1_048_576 }],
  ["google/gemini-2.5-pro", { contextWindow: 1_048_576 }],
];
