import { z } from "zod";
import { FileChanges } from "../approval.ts";

export const PatchEvents = [
  z.object({
    type: z.literal("apply_patch_approval_request"),
    call_id: z.string(),
    changes: FileChanges,
    reason: z.string().optional(),
    grant_root: z.string().optional(),
  }),
  z.object({
    type: z.literal("patch_apply_begin"),
    call_id: z.string(),
    auto_approved: z.boolean(),
    changes: FileChanges,
  }),
  z.object({
    type: z.literal("patch_apply_end"),
    call_id: z.string(),
    stdout: z.string(),
    stderr: z.string(),
    success: z.boolean(),
  }),
  z.object({ type: z.literal("turn_diff"), unified_diff: z.string() }),
] as const;
