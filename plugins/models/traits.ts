import { ConversationError, type ModelTraits, type SettingsTree } from "../../core/index.ts";
import type { Wire } from "./provider.ts";

const unknown: ModelTraits = {
  reasoning: false,
  verbosity: false,
  patchManual: false,
  patchTool: "none",
  shellTool: "shell",
  contextWindow: undefined,
  autoCompactLimit: undefined,
};

const codex: Partial<ModelTraits> = { reasoning: true, contextWindow: 272_000 };
const o: Partial<ModelTraits> = { reasoning: true, patchManual: true };
const chatty: Partial<ModelTraits> = { patchManual: true };
const oss: Partial<ModelTraits> = { patchTool: "function" };

/** What is known of models by the start of their slug; the first row that fits counts. */
const families: readonly (readonly [string, Partial<ModelTraits>])[] = [
  ["codex-mini-latest", { ...o, shellTool: "local_shell", contextWindow: 200_000 }],
  ["gpt-5-codex", { ...codex, autoCompactLimit: 350_000 }],
  ["codex-", codex],
  ["gpt-5", { ...codex, patchManual: true, verbosity: true }],
  ["o3", o],
  ["o4-mini", o],
  ["gpt-4.1", chatty],
  ["gpt-4o", chatty],
  ["gpt-3.5", chatty],
  ["gpt-oss", oss],
  ["openai/gpt-oss", oss],
];

/** Windows that are known for exactly one slug, not for its family. */
const windows: Readonly<Record<string, number | undefined>> = {
  o3: 200_000,
  "o4-mini": 200_000,
  "gpt-4.1": 1_047_576,
  "gpt-4o": 128_000,
  "gpt-3.5": 16_385,
  "gpt-3.5-turbo": 16_385,
  "gpt-oss-20b": 96_000,
  "gpt-oss-120b": 96_000,
  "openai/gpt-oss-20b": 96_000,
  "openai/gpt-oss-120b": 96_000,
};

/** The traits of a model; settings beat the table. Throws `ConversationError` of kind `settings`. */
export function modelTraits(model: string, wire: Wire, { values }: SettingsTree): ModelTraits {
  const row = families.find(([prefix]) => model.startsWith(prefix))?.[1];
  const known = { ...unknown, ...row };
  const setting = (key: string, type: "boolean" | "number"): unknown => {
    const value = values[key];
    const fits = typeof value === type && (type === "boolean" || Number.isInteger(value));
    if (value === undefined || value === null || fits) return value ?? undefined;
    const expected = type === "number" ? "an integer" : "true or false";
    throw new ConversationError(
      "settings",
      `${key}: expected ${expected}, got ${JSON.stringify(value)}`,
    );
  };
  const number = (key: string) => setting(key, "number") as number | undefined;
  const reasoning = setting("model_supports_reasoning_summaries", "boolean");
  return {
    ...known,
    reasoning: typeof reasoning === "boolean" ? reasoning : known.reasoning,
    // These wires have no patch manual of their own in any prompt, and all their models take tools.
    patchTool: wire === "anthropic" || wire === "gemini" ? "function" : known.patchTool,
    contextWindow: number("model_context_window") ?? windows[model] ?? known.contextWindow,
    autoCompactLimit: number("model_auto_compact_token_limit") ?? known.autoCompactLimit,
  };
}
