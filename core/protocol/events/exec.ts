import { z } from "zod";
import { ParsedCommand } from "../approval.ts";

/** Wall time in whole seconds and the nanoseconds beyond them. */
export const Duration = z.object({ secs: z.int(), nanos: z.int() });
export type Duration = z.infer<typeof Duration>;

export const ExecEvents = [
  z.object({
    type: z.literal("exec_approval_request"),
    call_id: z.string(),
    command: z.array(z.string()),
    cwd: z.string(),
    reason: z.string().optional(),
    parsed_cmd: z.array(ParsedCommand).optional(),
  }),
  z.object({
    type: z.literal("exec_command_begin"),
    call_id: z.string(),
    command: z.array(z.string()),
    cwd: z.string(),
    parsed_cmd: z.array(ParsedCommand),
  }),
  z.object({
    type: z.literal("exec_command_output_delta"),
    call_id: z.string(),
    stream: z.enum(["stdout", "stderr"]),
    chunk: z.string().meta({ description: "Base64 of at most 8192 bytes." }),
  }),
  z.object({
    type: z.literal("exec_command_end"),
    call_id: z.string(),
    stdout: z.string(),
    stderr: z.string(),
    aggregated_output: z.string(),
    exit_code: z.int(),
    duration: Duration,
    formatted_output: z.string(),
  }),
] as const;
