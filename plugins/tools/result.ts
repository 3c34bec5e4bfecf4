import type { ContentBlock, TaskOutcome, ToolResult } from "../../core/index.ts";
import type { TurnResult } from "./schemas.ts";

export type TurnToolResult = ToolResult<typeof TurnResult>;

/** How a turn ended. */
export interface TurnEnd {
  readonly outcome: TaskOutcome;
  readonly conversationId: string;
  readonly notes: readonly string[];
  /** Who ended an aborted turn. */
  readonly abortedBy: "approval" | "client" | "shutdown" | "other";
}

/**
 * The answer to a call. Its first text is the agent's last message alone, because that is what
 * callers show; failures also stand in `error`, where clients older than `isError` look.
 */
export function turnResult(end: TurnEnd): TurnToolResult {
  if (end.outcome.status === "completed") {
    return shape(end, end.outcome.lastAgentMessage ?? "");
  }
  const text = end.outcome.status === "failed" ? end.outcome.message : abortText(end.abortedBy);
  return { ...shape(end, text), isError: true, error: text };
}

function shape(end: TurnEnd, text: string) {
  const content: ContentBlock[] = [{ type: "text", text }];
  const structuredContent: TurnResult = {
    threadId: end.conversationId,
    content: text,
    conversationId: end.conversationId,
  };
  if (end.notes.length > 0) {
    content.push({ type: "text", text: end.notes.map((note) => `Note: ${note}.`).join("\n") });
    structuredContent.notes = [...end.notes];
  }
  return { content, structuredContent };
}

function abortText(abortedBy: TurnEnd["abortedBy"]): string {
  switch (abortedBy) {
    case "approval":
      return "The turn was aborted: the answer to an approval question was abort.";
    case "client":
      return "The turn was aborted: the call was cancelled.";
    case "shutdown":
      return "The turn was aborted: the server is shutting down.";
    case "other":
      return "The turn was aborted: it was interrupted.";
  }
}
