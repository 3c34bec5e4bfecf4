import {
  ConversationError,
  type ModelTraits,
  readShape,
  type SettingsTree,
} from "../../core/index.ts";
import { knownModels } from "./known-models.ts";
import type { Wire } from "./provider.ts";
import shapes from "./shapes.json" with { type: "json" };
import type { TraitTables } from "./traits-schema.ts";

/** Safe for any model: nothing is sent that it may not know. */
const unknown: ModelTraits = {
  reasoning: false,
  verbosity: false,
  patchManual: false,
  patchTool: "none",
  shellTool: "shell",
  contextWindow: undefined,
  autoCompactLimit: undefined,
};

/**
 * The traits of a model: what is known of it, under `[model_traits."PATTERN"]`, under the single keys
 * of the settings. Rejects with `ConversationError` of kind `settings`.
 */
export async function modelTraits(
  model: string,
  wire: Wire,
  { values }: SettingsTree,
): Promise<ModelTraits> {
  const fitting = knownModels.filter(([pattern]) => fits(pattern, model));
  const known = { ...unknown, ...laidOver(fitting.map(([, traits]) => traits)) };
  // These wires have no patch manual of their own in any prompt, and all their models take tools.
  const tools = wire === "anthropic" || wire === "gemini" ? { patchTool: "function" as const } : {};
  const configured = await configuredTraits(model, values["model_traits"]);
  return { ...known, ...tools, ...configured, ...singleKeys(values) };
}

/** A pattern matches the whole slug; `*` is any text. */
function fits(pattern: string, model: string): boolean {
  const parts = pattern.split("*").map((part) => part.replaceAll(/[\\^$.|?+()[\]{}/]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`, "su").test(model);
}

/** Of several tables that fit, the longer pattern, which says more, beats the shorter one. */
async function configuredTraits(model: string, value: unknown): Promise<Partial<ModelTraits>> {
  const all =
    readShape<TraitTables>(shapes.traitTables, value ?? {}) ??
    (await import("./tables.ts")).parseTraits(value ?? {});
  const tables = Object.entries(all)
    .filter(([pattern]) => fits(pattern, model))
    .toSorted(([one], [other]) => one.length - other.length);
  return laidOver(tables.map(([, table]) => traitsOf(table)));
}

function laidOver(layers: readonly Partial<ModelTraits>[]): Partial<ModelTraits> {
  return layers.reduce((below, layer) => ({ ...below, ...layer }), {});
}

function traitsOf(table: TraitTables[string]): Partial<ModelTraits> {
  const traits = {
    reasoning: table.reasoning,
    verbosity: table.verbosity,
    patchManual: table.patch_manual,
    patchTool: table.patch_tool,
    shellTool: table.shell_tool,
    contextWindow: table.context_window,
    autoCompactLimit: table.auto_compact_token_limit,
  };
  return Object.fromEntries(Object.entries(traits).filter(([, value]) => value !== undefined));
}

function singleKeys(values: SettingsTree["values"]): Partial<ModelTraits> {
  const setting = (key: string, type: "boolean" | "number"): unknown => {
    const value = values[key];
    const isFit = typeof value === type && (type === "boolean" || Number.isInteger(value));
    if (value === undefined || value === null || isFit) return value ?? undefined;
    const expected = type === "number" ? "an integer" : "true or false";
    throw new ConversationError(
      "settings",
      `${key}: expected ${expected}, got ${JSON.stringify(value)}`,
    );
  };
  const reasoning = setting("model_supports_reasoning_summaries", "boolean");
  const contextWindow = setting("model_context_window", "number");
  const autoCompactLimit = setting("model_auto_compact_token_limit", "number");
  return {
    ...(typeof reasoning === "boolean" && { reasoning }),
    ...(typeof contextWindow === "number" && { contextWindow }),
    ...(typeof autoCompactLimit === "number" && { autoCompactLimit }),
  };
}
