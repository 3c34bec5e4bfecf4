import { defineNotification, defineTool } from "../../core/index.ts";

// A turn runs commands and edits files, in the sandbox and with the approvals that were asked for.
const annotations = {
  readOnlyHint: false,
  destructiveHint: true,
  idempotentHint: false,
  openWorldHint: true,
};

export const codexTool = defineTool({
  name: "codex",
  title: "Codex",
  description:
    "Start a conversation with a coding agent that works in a folder: it runs commands, edits files and asks before risky steps.",
  input: async () => (await import("./schemas.ts")).CodexArguments,
  plain: true,
  output: async () => (await import("./schemas.ts")).TurnResult,
  annotations,
  aliases: otherSpellings([
    "approval-policy",
    "base-instructions",
    "developer-instructions",
    "compact-prompt",
    "include-plan-tool",
  ]),
});

export const codexReplyTool = defineTool({
  name: "codex-reply",
  title: "Codex Reply",
  description: "Send the next message to a conversation that the codex tool started.",
  input: async () => (await import("./schemas.ts")).ReplyArguments,
  plain: true,
  output: async () => (await import("./schemas.ts")).TurnResult,
  annotations,
  aliases: {
    thread_id: "threadId",
    conversation_id: "conversationId",
    session_id: "sessionId",
  },
});

export const codexEvent = defineNotification({
  name: "codex/event",
  summary:
    "One event of a running codex or codex-reply call. A client switches it with the experimental capability portico/events: {enabled: boolean}.",
  params: async () => (await import("./event-schema.ts")).CodexEventParams,
});

/** The snake_case and camelCase spellings of kebab-case names. */
function otherSpellings(names: readonly string[]): Record<string, string> {
  const spellings = names.flatMap((name) => [
    [name.replaceAll("-", "_"), name],
    [name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase()), name],
  ]);
  return Object.fromEntries(spellings) as Record<string, string>;
}
