import { z } from "zod";

/** A person's decision about one command or patch. */
export const ReviewDecision = z.enum(["approved", "approved_for_session", "denied", "abort"]);
export type ReviewDecision = z.infer<typeof ReviewDecision>;

/** What a patch does to one file. `unified_diff` holds hunks only. */
export const FileChange = z.union([
  z.object({ add: z.object({ content: z.string() }) }),
  z.object({ delete: z.object({ content: z.string() }) }),
  z.object({
    update: z.object({ unified_diff: z.string(), move_path: z.string().nullable() }),
  }),
]);
export type FileChange = z.infer<typeof FileChange>;

/** Changes by absolute path. */
export const FileChanges = z.record(z.string(), FileChange);
export type FileChanges = z.infer<typeof FileChanges>;

/** A command in words a person reads; for display only, never for decisions. */
export const ParsedCommand = z.discriminatedUnion("type", [
  z.object({ type: z.literal("read"), cmd: z.string(), name: z.string() }),
  z.object({ type: z.literal("list_files"), cmd: z.string(), path: z.string().nullable() }),
  z.object({
    type: z.literal("search"),
    cmd: z.string(),
    query: z.string().nullable(),
    path: z.string().nullable(),
  }),
  z.object({ type: z.literal("unknown"), cmd: z.string() }),
]);
export type ParsedCommand = z.infer<typeof ParsedCommand>;
