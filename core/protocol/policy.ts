import { z } from "zod";

/** When a person is asked before a command or patch. */
export const ApprovalPolicy = z
  .enum(["untrusted", "on-failure", "on-request", "never"])
  .meta({ description: "When the person is asked before a command or patch runs." });
export type ApprovalPolicy = z.infer<typeof ApprovalPolicy>;

/** How far commands may reach, in one word. */
export const SandboxMode = z
  .enum(["read-only", "workspace-write", "danger-full-access"])
  .meta({ description: "How far commands may reach." });
export type SandboxMode = z.infer<typeof SandboxMode>;

/** How far commands may reach, in full; `writable_roots` are absolute folders beside the cwd. */
export const SandboxPolicy = z.discriminatedUnion("mode", [
  z.object({ mode: z.literal("read-only") }),
  z.object({ mode: z.literal("danger-full-access") }),
  z.object({
    mode: z.literal("workspace-write"),
    writable_roots: z.array(z.string()).optional(),
    network_access: z.boolean(),
    exclude_tmpdir_env_var: z.boolean(),
    exclude_slash_tmp: z.boolean(),
  }),
]);
export type SandboxPolicy = z.infer<typeof SandboxPolicy>;

/** How long a reasoning model may think. */
export const ReasoningEffort = z.enum(["minimal", "low", "medium", "high"]);
export type ReasoningEffort = z.infer<typeof ReasoningEffort>;

/** How much of its thinking a reasoning model sums up. */
export const ReasoningSummary = z.enum(["auto", "concise", "detailed", "none"]);
export type ReasoningSummary = z.infer<typeof ReasoningSummary>;

/** How wordy a model's answers are. */
export const Verbosity = z.enum(["low", "medium", "high"]);
export type Verbosity = z.infer<typeof Verbosity>;
