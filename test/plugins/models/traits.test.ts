import { describe, expect, it } from "vitest";
import type { ModelTraits } from "../../../core/index.ts";
import { modelTraits } from "../../../plugins/models/traits.ts";
import { settings } from "./opened.ts";

const unknown = {
  reasoning: false,
  verbosity: false,
  patchManual: false,
  patchTool: "none",
  shellTool: "shell",
  contextWindow: undefined,
  autoCompactLimit: undefined,
};

describe("the traits", () => {
  it.each<[string, Partial<ModelTraits>]>([
    ["gpt-5", { reasoning: true, verbosity: true, patchManual: true, contextWindow: 272_000 }],
    ["gpt-5-mini", { reasoning: true, verbosity: true, patchManual: true, contextWindow: 272_000 }],
    ["gpt-5-codex", { reasoning: true, contextWindow: 272_000, autoCompactLimit: 350_000 }],
    ["gpt-5-codex-x", { reasoning: true, contextWindow: 272_000, autoCompactLimit: 350_000 }],
    ["codex-next", { reasoning: true, contextWindow: 272_000 }],
    [
      "codex-mini-latest",
      { reasoning: true, patchManual: true, shellTool: "local_shell", contextWindow: 200_000 },
    ],
    ["o3", { reasoning: true, patchManual: true, contextWindow: 200_000 }],
    ["o3-pro", { reasoning: true, patchManual: true }],
    ["o4-mini", { reasoning: true, patchManual: true, contextWindow: 200_000 }],
    ["gpt-4.1", { patchManual: true, contextWindow: 1_047_576 }],
    ["gpt-4.1-mini", { patchManual: true }],
    ["gpt-4o", { patchManual: true, contextWindow: 128_000 }],
    ["gpt-3.5-turbo", { patchManual: true, contextWindow: 16_385 }],
    ["gpt-oss-20b", { patchTool: "function", contextWindow: 96_000 }],
    ["gpt-oss:20b", { patchTool: "function" }],
    ["openai/gpt-oss-120b", { patchTool: "function", contextWindow: 96_000 }],
    ["mock-model", {}],
    ["", {}],
  ])("of %s", (model, expected) => {
    expect(modelTraits(model, "responses", settings())).toEqual({ ...unknown, ...expected });
  });

  it("yield to the settings", () => {
    const values = {
      model_context_window: 1000,
      model_auto_compact_token_limit: 900,
      model_supports_reasoning_summaries: false,
    };
    expect(modelTraits("gpt-5-codex", "responses", settings(values))).toMatchObject({
      contextWindow: 1000,
      autoCompactLimit: 900,
      reasoning: false,
    });
    const forced = settings({ model_supports_reasoning_summaries: true });
    expect(modelTraits("other", "chat", forced).reasoning).toBe(true);
  });

  it.each([
    [{ model_context_window: "1000" }, 'model_context_window: expected an integer, got "1000"'],
    [
      { model_auto_compact_token_limit: 1.5 },
      "model_auto_compact_token_limit: expected an integer, got 1.5",
    ],
    [
      { model_supports_reasoning_summaries: "yes" },
      'model_supports_reasoning_summaries: expected true or false, got "yes"',
    ],
  ])("refuse %o", (values, message) => {
    expect(() => modelTraits("gpt-5", "responses", settings(values))).toThrow(message);
  });
});
