import { z } from "zod";
import { ProviderTables } from "./provider-schema.ts";
import { TraitTables } from "./traits-schema.ts";

/** The keys of the settings that decide which model is opened, and how. */
export const ModelKeys = z.object({
  model: z.string().optional(),
  model_provider: z.string().optional(),
  model_providers: ProviderTables.optional(),
  model_traits: TraitTables.optional(),
  chatgpt_base_url: z.string().optional(),
  offline_scenario: z.string().optional(),
});
