import { z } from "zod";

const tokens = z.int().nonnegative();

/** `[model_traits."PATTERN"]`, in the words of `config.toml`. Strict: a misspelt trait would be none. Also in `shapes.json`. */
export const TraitTables = z.record(
  z.string().min(1),
  z.strictObject({
    reasoning: z.boolean().optional(),
    verbosity: z.boolean().optional(),
    patch_manual: z.boolean().optional(),
    patch_tool: z.enum(["function", "freeform", "none"]).optional(),
    shell_tool: z.enum(["shell", "local_shell"]).optional(),
    context_window: tokens.optional(),
    auto_compact_token_limit: tokens.optional(),
  }),
);
export type TraitTables = z.infer<typeof TraitTables>;
