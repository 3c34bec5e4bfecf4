import { z } from "zod";

/** What the engine's own tools are called with; `shapes.json` has the same as JSON Schema. */
export const Arguments = {
  shell: z.object({
    command: z.array(z.string()),
    workdir: z.string().nullish(),
    timeout_ms: z.number().nonnegative().nullish(),
    // Models also spell it this way.
    timeout: z.number().nonnegative().nullish(),
    with_escalated_permissions: z.boolean().nullish(),
    justification: z.string().nullish(),
  }),
  applyPatch: z.object({ input: z.string() }),
  updatePlan: z.object({
    explanation: z.string().nullish(),
    plan: z.array(
      z.object({ step: z.string(), status: z.enum(["pending", "in_progress", "completed"]) }),
    ),
  }),
  viewImage: z.object({ path: z.string() }),
};
export type Arguments = { [K in keyof typeof Arguments]: z.infer<(typeof Arguments)[K]> };
