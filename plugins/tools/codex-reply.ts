import { toolError } from "../../core/index.ts";
import type { Call, Conversation } from "../../core/index.ts";
import { canonicalId } from "./conversation-id.ts";
import type { Desk } from "./desk.ts";
import type { TurnToolResult } from "./result.ts";
import { runTurn } from "./run.ts";
import type { ReplyArguments } from "./schemas.ts";

/** The tool `codex-reply`: the next turn of a conversation. */
export async function replyToConversation(
  desk: Desk,
  args: ReplyArguments,
  call: Call,
): Promise<TurnToolResult> {
  const found = conversationOf(desk, args);
  if ("problem" in found) return toolError(found.problem);
  if (args.prompt.trim() === "") return toolError("prompt: must not be empty");
  const { conversation } = found;
  return runTurn(desk, { conversation, prompt: args.prompt, startEvents: [] }, call);
}

/** Finds the conversation under any of its three names; they must agree. */
function conversationOf(
  desk: Desk,
  args: ReplyArguments,
): { conversation: Conversation } | { problem: string } {
  const names = ["threadId", "conversationId", "sessionId"] as const;
  let id: string | undefined;
  for (const name of names) {
    const given = args[name];
    if (given === undefined) continue;
    const canonical = canonicalId(given);
    if (canonical === undefined) {
      return { problem: `Failed to parse conversation_id: ${name} is not a UUID: "${given}"` };
    }
    if (id !== undefined && id !== canonical) {
      const both = `"${id}" and "${canonical}"`;
      return {
        problem: `Failed to parse conversation_id: ${name} contradicts the others: ${both}`,
      };
    }
    id = canonical;
  }
  if (id === undefined) {
    if (desk.last !== undefined) return { conversation: desk.last };
    return { problem: "no threadId given, and no conversation was started on this connection yet" };
  }
  const conversation = desk.conversations.find(id);
  if (conversation !== undefined) return { conversation };
  return { problem: `Session not found for conversation_id: ${id}` };
}
