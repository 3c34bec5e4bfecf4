import { z } from "zod";
import {
  ApprovalPolicy,
  ReasoningEffort,
  ReasoningSummary,
  SandboxMode,
} from "../../core/index.ts";
import { canonicalId, uuidPattern } from "./ids.ts";
import { WireItems, WireSandboxPolicy } from "./wire.ts";

export { CodexEventParams } from "../../core/index.ts";
export { ApprovalParams, ApprovalResult } from "./wire.ts";
export { GetUserSavedConfigResult } from "./saved-config-schema.ts";

const Id = z
  .string()
  .regex(uuidPattern, "must be a UUID")
  .overwrite(canonicalId)
  .meta({ description: "A UUID in any usual spelling." });

export const Empty = z.object({});
export const OneConversation = z.object({ conversationId: Id });

export const NewConversation = z.object({
  model: absentOrNull(z.string()),
  profile: absentOrNull(z.string()),
  cwd: absentOrNull(z.string()),
  approvalPolicy: absentOrNull(ApprovalPolicy),
  sandbox: absentOrNull(SandboxMode),
  config: absentOrNull(z.record(z.string(), z.json())),
  baseInstructions: absentOrNull(z.string()),
  includePlanTool: absentOrNull(z.boolean()),
  includeApplyPatchTool: absentOrNull(z.boolean()),
});
export type NewConversation = z.infer<typeof NewConversation>;

export const NewConversationResult = z.object({
  conversationId: z.string(),
  model: z.string(),
  reasoningEffort: ReasoningEffort.optional(),
  rolloutPath: z.string(),
});

export const ListConversations = z.object({
  pageSize: absentOrNull(z.int().nonnegative()),
  cursor: absentOrNull(z.string()),
});
export type ListConversations = z.infer<typeof ListConversations>;

const Summary = z.object({
  conversationId: z.string(),
  path: z.string(),
  preview: z.string(),
  timestamp: z.string().optional(),
});

export const ListConversationsResult = z.object({
  items: z.array(Summary),
  nextCursor: z.string().optional(),
});

export const ResumeConversation = z.object({
  path: z.string(),
  overrides: absentOrNull(NewConversation),
});
export type ResumeConversation = z.infer<typeof ResumeConversation>;

const StoredEvent = z.looseObject({ type: z.string() });

export const ResumeConversationResult = z.object({
  conversationId: z.string(),
  model: z.string(),
  initialMessages: z.array(StoredEvent).optional(),
});

export const SessionConfigured = z.object({
  sessionId: z.string(),
  model: z.string(),
  reasoningEffort: ReasoningEffort.optional(),
  historyLogId: z.int(),
  historyEntryCount: z.int(),
  initialMessages: z.array(StoredEvent).optional(),
  rolloutPath: z.string(),
});

export const ArchiveConversation = z.object({ conversationId: Id, rolloutPath: z.string() });

export const GetConversationSummary = z
  .object({ conversationId: absentOrNull(Id), rolloutPath: absentOrNull(z.string()) })
  .refine(({ conversationId, rolloutPath }) => (rolloutPath ?? conversationId) !== undefined, {
    message: "conversationId or rolloutPath must be there",
    path: ["conversationId"],
  });

export const GetConversationSummaryResult = z.object({
  summary: Summary.extend({ modelProvider: z.string() }),
});

export const SendUserMessage = z.object({ conversationId: Id, items: WireItems });

export const SendUserTurn = z.object({
  conversationId: Id,
  items: WireItems,
  cwd: z.string(),
  approvalPolicy: ApprovalPolicy,
  sandboxPolicy: WireSandboxPolicy,
  model: z.string(),
  effort: absentOrNull(ReasoningEffort),
  summary: ReasoningSummary,
});
export type SendUserTurn = z.output<typeof SendUserTurn>;

export const InterruptConversationResult = z.object({
  abortReason: z.enum(["interrupted", "replaced", "review_ended"]),
});

export const AddConversationListener = z.object({
  conversationId: Id,
  ownCopy: absentOrNull(z.boolean()).meta({
    description:
      "True: this listener gets its own copy of each event, marked with its subscriptionId. Otherwise all listeners of a client share one.",
  }),
});

export const AddConversationListenerResult = z.object({ subscriptionId: z.string() });
export const RemoveConversationListener = z.object({ subscriptionId: Id });

export const ConversationEventParams = z.object({
  id: z.string(),
  msg: z.looseObject({ type: z.string() }).meta({ description: "As in codex/event." }),
  conversationId: z.string(),
  subscriptionId: z.string().optional(),
});

export const GitDiffToRemote = z.object({ cwd: z.string() });
export const GitDiffToRemoteResult = z.object({ sha: z.string(), diff: z.string() });

export const ExecOneOffCommand = z.object({
  command: z.array(z.string()),
  timeoutMs: absentOrNull(z.int().nonnegative()),
  cwd: absentOrNull(z.string()),
  sandboxPolicy: absentOrNull(WireSandboxPolicy),
});
export type ExecOneOffCommand = z.output<typeof ExecOneOffCommand>;

export const ExecOneOffCommandResult = z.object({
  exitCode: z.int(),
  stdout: z.string(),
  stderr: z.string(),
});

export const GetUserAgentResult = z.object({ userAgent: z.string() });

export const SetDefaultModel = z.object({
  model: absentOrNull(z.string()),
  reasoningEffort: absentOrNull(ReasoningEffort),
});
export type SetDefaultModel = z.infer<typeof SetDefaultModel>;

/** A param that may be absent or null, which are the same. */
function absentOrNull<S extends z.ZodType>(schema: S) {
  return schema.nullish().transform((value) => value ?? undefined);
}
