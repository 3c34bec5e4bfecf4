import { z } from "zod";
import {
  ApprovalPolicy,
  ReasoningEffort,
  ReasoningSummary,
  SandboxMode,
  Verbosity,
} from "../../core/index.ts";

const flag = z.boolean().optional();

const Profile = z.object({
  model: z.string().nullable(),
  modelProvider: z.string().nullable(),
  approvalPolicy: ApprovalPolicy.nullable(),
  modelReasoningEffort: ReasoningEffort.nullable(),
  modelReasoningSummary: ReasoningSummary.nullable(),
  modelVerbosity: Verbosity.nullable(),
  chatgptBaseUrl: z.string().nullable(),
});

/** What clients are shown of config.toml; members that are not set are absent, in profiles null. */
export const GetUserSavedConfigResult = z.object({
  config: z.object({
    approvalPolicy: ApprovalPolicy.optional(),
    sandboxMode: SandboxMode.optional(),
    sandboxSettings: z
      .object({
        writableRoots: z.array(z.string()),
        networkAccess: z.boolean(),
        excludeTmpdirEnvVar: z.boolean(),
        excludeSlashTmp: z.boolean(),
      })
      .optional(),
    model: z.string().optional(),
    modelReasoningEffort: ReasoningEffort.optional(),
    modelReasoningSummary: ReasoningSummary.optional(),
    modelVerbosity: Verbosity.optional(),
    tools: z.object({ webSearch: flag, viewImage: flag }).optional(),
    profile: z.string().optional(),
    profiles: z.record(z.string(), Profile),
  }),
});
export type SavedConfig = z.infer<typeof GetUserSavedConfigResult>["config"];

/** The same in config.toml's own words. */
export const SavedKeys = z.object({
  approval_policy: ApprovalPolicy.optional(),
  sandbox_mode: SandboxMode.optional(),
  sandbox_workspace_write: z
    .object({
      writable_roots: z.array(z.string()).optional(),
      network_access: flag,
      exclude_tmpdir_env_var: flag,
      exclude_slash_tmp: flag,
    })
    .optional(),
  model: z.string().optional(),
  model_reasoning_effort: ReasoningEffort.optional(),
  model_reasoning_summary: ReasoningSummary.optional(),
  model_verbosity: Verbosity.optional(),
  tools: z.object({ web_search: flag, web_search_request: flag, view_image: flag }).optional(),
  profiles: z
    .record(
      z.string(),
      z.object({
        model: z.string().optional(),
        model_provider: z.string().optional(),
        approval_policy: ApprovalPolicy.optional(),
        model_reasoning_effort: ReasoningEffort.optional(),
        model_reasoning_summary: ReasoningSummary.optional(),
        model_verbosity: Verbosity.optional(),
        chatgpt_base_url: z.string().optional(),
      }),
    )
    .optional(),
});
export type SavedKeys = z.infer<typeof SavedKeys>;
