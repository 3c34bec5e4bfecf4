import type { z } from "zod";
import { ConversationError } from "../../core/index.ts";
import { ProviderTables } from "./provider-schema.ts";
import { TraitTables } from "./traits-schema.ts";

/** Reads `model_providers` with the schema itself; throws `ConversationError` at the first mistake. */
export function parseProviders(value: unknown): ProviderTables {
  return parsed("model_providers", ProviderTables, value);
}

/** The same for `model_traits`. */
export function parseTraits(value: unknown): TraitTables {
  return parsed("model_traits", TraitTables, value);
}

function parsed<T>(key: string, schema: z.ZodType<T>, value: unknown): T {
  const found = schema.safeParse(value);
  if (found.success) return found.data;
  const [issue] = found.error.issues;
  const where = [key, ...(issue?.path ?? [])].map(String).join(".");
  throw new ConversationError("settings", `${where}: ${issue?.message ?? "invalid"}`);
}
