import { z } from "zod";

export const Options = z.strictObject({
  method: z.boolean().optional().meta({
    description: "Whether the method fuzzyFileSearch is there. Default: true.",
  }),
  tool: z.boolean().optional().meta({
    description: "Whether the tool search_files is there. Default: true.",
  }),
  order: z.enum(["meant", "score"]).optional().meta({
    description:
      "meant (the default): the file a person means first. score: by score, then path, as codex orders; nothing is found for mistyped words.",
  }),
  hidden: z.boolean().optional().meta({
    description: "Whether names that begin with a dot are found. Default: true.",
  }),
  freshness: z.enum(["quick", "strict"]).optional().meta({
    description:
      "strict: folders that cannot be watched are checked before every answer, however many there are. quick (the default): more than 16,384 of them are checked behind it.",
  }),
  maxIndexedFiles: z.int().min(1).optional().meta({
    description:
      "How many files are kept in memory, in all roots together (default 2,000,000); a larger root is listed anew for each search.",
  }),
  maxWatches: z.int().min(0).optional().meta({
    description: "How many folders are watched for changes. Default: 16384.",
  }),
  forgetAfterMinutes: z.number().positive().optional().meta({
    description: "After how long an unused root leaves the memory. Default: 10.",
  }),
});
export type Options = z.infer<typeof Options>;

export const SearchParams = z.object({
  query: z.string().meta({
    description:
      "Characters in their order; words between spaces may stand in any. A word with an upper-case letter is matched exactly. A blank query matches every file.",
  }),
  roots: z.array(z.string()).meta({
    description: "Folders; a relative one is relative to the server's.",
  }),
  cancellationToken: z.string().nullish(),
});
export type SearchParams = z.infer<typeof SearchParams>;

const FoundFile = z.object({
  root: z.string().meta({ description: "The root, as it was given." }),
  path: z.string().meta({ description: "From the root, with slashes." }),
  file_name: z.string(),
  score: z.int(),
  indices: z.array(z.int()).meta({ description: "Places of the matched characters in the path." }),
});

export const SearchResult = z.object({
  files: z.array(FoundFile).meta({ description: "At most 50 of each root, the best first." }),
  notes: z.array(z.string()).optional().meta({
    description: "Roots that are none, and how much could not be read.",
  }),
});
export type SearchResult = z.infer<typeof SearchResult>;

export const ToolArguments = z.strictObject({
  query: SearchParams.shape.query,
  roots: z
    .array(z.string())
    .nullish()
    .meta({ description: "Folders to search; default: the server's own." }),
  limit: z.int().min(1).max(50).nullish().meta({
    description: "The most files in the answer; default: 20.",
  }),
});
export type ToolArguments = z.infer<typeof ToolArguments>;
