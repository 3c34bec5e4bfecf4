import { describe, expect, it } from "vitest";
import type { JsonObject, ModelTraits } from "../../../core/index.ts";
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
    ["o3-pro", { reasoning: true, patchManual: true, contextWindow: 200_000 }],
    ["o3-deep-research", { reasoning: true, patchManual: true }],
    ["o4-mini", { reasoning: true, patchManual: true, contextWindow: 200_000 }],
    ["gpt-4.1", { patchManual: true, contextWindow: 1_047_576 }],
    ["gpt-4.1-mini", { patchManual: true, contextWindow: 1_047_576 }],
    ["gpt-4.1-2025-04-14", { patchManual: true }],
    ["gpt-4o", { patchManual: true, contextWindow: 128_000 }],
    ["gpt-3.5-turbo", { patchManual: true, contextWindow: 16_385 }],
    ["gpt-oss-20b", { patchTool: "function", contextWindow: 96_000 }],
    ["gpt-oss:20b", { patchTool: "function" }],
    ["openai/gpt-oss-120b", { patchTool: "function", contextWindow: 96_000 }],
    ["claude-sonnet-4-5-20250929", { contextWindow: 200_000 }],
    ["anthropic/claude-3.5-haiku", { contextWindow: 200_000 }],
    ["claude-2.1", {}],
    ["gemini-2.5-pro", { contextWindow: 1_048_576 }],
    ["google/gemini-2.5-flash", { contextWindow: 1_048_576 }],
    ["gemini-2.5-flash-image", {}],
    ["my-gpt-5", {}],
    ["gpt-4x1", {}],
    ["toString", {}],
    ["mock-model", {}],
    ["", {}],
  ])("of %s", async (model, expected) => {
    expect(await modelTraits(model, "responses", settings())).toEqual({ ...unknown, ...expected });
  });

  it("yield to the settings", async () => {
    const values = {
      model_context_window: 1000,
      model_auto_compact_token_limit: 900,
      model_supports_reasoning_summaries: false,
    };
    expect(await modelTraits("gpt-5-codex", "responses", settings(values))).toMatchObject({
      contextWindow: 1000,
      autoCompactLimit: 900,
      reasoning: false,
    });
    const forced = settings({ model_supports_reasoning_summaries: true });
    expect((await modelTraits("other", "chat", forced)).reasoning).toBe(true);
  });

  it("can be told for models by pattern, the longer one last", async () => {
    const model_traits = {
      "mine-*": { reasoning: true, context_window: 1000, patch_tool: "function" },
      "*": { verbosity: true, context_window: 10, auto_compact_token_limit: 5 },
      "mine-large": { context_window: 5000, shell_tool: "local_shell", patch_manual: true },
    };
    const traits = (model: string, more: JsonObject = {}) =>
      modelTraits(model, "chat", settings({ model_traits, ...more }));
    const all = { ...unknown, verbosity: true, contextWindow: 10, autoCompactLimit: 5 };
    const mine = { ...all, reasoning: true, patchTool: "function", contextWindow: 1000 };
    const large = { ...mine, shellTool: "local_shell", patchManual: true, contextWindow: 5000 };
    expect(await traits("other")).toEqual(all);
    expect(await traits("mine-small")).toEqual(mine);
    expect(await traits("mine-large")).toEqual(large);
    expect((await traits("mine-large", { model_context_window: 7 })).contextWindow).toBe(7);
    expect(await traits("gpt-5-codex")).toMatchObject({ reasoning: true, contextWindow: 10 });
    const wire = settings({ model_traits: { "claude-*": { patch_tool: "none" } } });
    expect((await modelTraits("claude-sonnet-4-5", "anthropic", wire)).patchTool).toBe("none");
  });

  it.each([
    [{ model_traits: { x: { context_window: "1" } } }, "model_traits.x.context_window: "],
    [
      { model_traits: { x: { contextWindow: 1 } } },
      'model_traits.x: Unrecognized key: "contextWindow"',
    ],
    [{ model_traits: "big" }, "model_traits: "],
    [{ model_context_window: "1000" }, 'model_context_window: expected an integer, got "1000"'],
    [
      { model_auto_compact_token_limit: 1.5 },
      "model_auto_compact_token_limit: expected an integer, got 1.5",
    ],
    [
      { model_supports_reasoning_summaries: "yes" },
      'model_supports_reasoning_summaries: expected true or false, got "yes"',
    ],
  ])("refuse %o", async (values, message) => {
    await expect(modelTraits("gpt-5", "responses", settings(values))).rejects.toThrow(message);
  });
});
