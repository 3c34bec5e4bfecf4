import { z } from "zod";

export const Options = z.strictObject({
  unloadAfterMinutes: z.number().positive().optional().meta({
    description:
      "How long an idle conversation stays in memory; it comes back from its record on use. 30 unless given.",
  }),
  idleConversations: z.int().nonnegative().optional().meta({
    description: "How many idle conversations stay in memory at most. 32 unless given.",
  }),
});
