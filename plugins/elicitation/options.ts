import { z } from "zod";

export const Options = z.strictObject({
  cancelMeans: z.enum(["deny", "abort"]).optional().meta({
    description:
      "What it means when the person closes a question without choosing: deny (the default) or abort the turn.",
  }),
  unanswered: z.enum(["deny", "approve"]).optional().meta({
    description:
      "The answer where the client cannot be asked at all: deny (the default), or approve, which lets every command and patch through unseen.",
  }),
  timeoutMs: z
    .int()
    .positive()
    .max(2 ** 31 - 1)
    .optional()
    .meta({
      description: "Milliseconds until an open question counts as denied; ten minutes by default.",
    }),
});
