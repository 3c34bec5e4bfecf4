import { z } from "zod";
import { ApprovalPolicy, SandboxMode } from "../../core/index.ts";

export const Options = z.strictObject({
  events: z.enum(["auto", "on", "off"]).optional().meta({
    description:
      "Whether clients get codex/event notifications. auto (the default): all but those known to log an error for each. A client's own experimental capability portico/events {enabled} goes before auto and on.",
  }),
});

export const CodexArguments = z.strictObject({
  prompt: z.string().meta({ description: "The first message to the agent." }),
  model: absentOrNull(z.string(), "Name of the model; beats the configuration."),
  profile: absentOrNull(z.string(), "Name of a profile of config.toml."),
  cwd: absentOrNull(
    z.string(),
    "Working folder; a relative one is relative to the server's own, which is also the default.",
  ),
  "approval-policy": absentOrNull(
    ApprovalPolicy,
    "When a person is asked before a command or patch: untrusted, on-failure, on-request or never.",
  ),
  sandbox: absentOrNull(
    SandboxMode,
    "How far commands may reach: read-only, workspace-write or danger-full-access.",
  ),
  config: absentOrNull(
    z.record(z.string(), z.unknown()),
    "Overrides of config.toml; keys may be dotted, null means unset.",
  ),
  "base-instructions": absentOrNull(z.string(), "Replaces the built-in instructions."),
  "developer-instructions": absentOrNull(
    z.string(),
    "Instructions added beside the built-in ones, with the developer's authority.",
  ),
  "compact-prompt": absentOrNull(
    z.string(),
    "Prompt that sums a conversation up when it has grown too long.",
  ),
  "include-plan-tool": absentOrNull(z.boolean(), "Offers the model a tool to keep a plan."),
});
export type CodexArguments = z.infer<typeof CodexArguments>;

export const ReplyArguments = z.strictObject({
  threadId: absentOrNull(
    z.string(),
    "The conversation, as the codex tool gave it; absent: the last one of this connection.",
  ),
  conversationId: absentOrNull(z.string(), "Another name of threadId."),
  sessionId: absentOrNull(z.string(), "Another name of threadId."),
  prompt: z.string().meta({ description: "The next message to the agent." }),
});
export type ReplyArguments = z.infer<typeof ReplyArguments>;

export const TurnResult = z.object({
  threadId: z.string().meta({ description: "The conversation; codex-reply continues it." }),
  content: z
    .string()
    .meta({ description: "The last message of the agent, or why the turn failed." }),
  conversationId: z.string().optional().meta({ description: "Another name of threadId." }),
  notes: z
    .array(z.string())
    .optional()
    .meta({ description: "What a person should know about how the turn went." }),
});
export type TurnResult = z.infer<typeof TurnResult>;

/**
 * An argument whose null means absent, as typed clients send it. JSON Schema shows the plain type: a
 * model shall not be told that null is a choice.
 */
function absentOrNull<S extends z.ZodType>(schema: S, description: string) {
  return z
    .preprocess((value) => value ?? undefined, schema.optional())
    .optional()
    .meta({ description });
}
