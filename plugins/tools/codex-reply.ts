import { errorMessage, isConversationError, toolError } from "../../core/index.ts";
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
  const { id, problem } = idOf(args);
  if (problem !== undefined) return toolError(problem);
  if (args.prompt.trim() === "") return toolError("prompt: must not be empty");
  const live = id === undefined ? desk.last : desk.conversations.find(id);
  const found = live === undefined ? await resumed(desk, id, call) : { conversation: live };
  if ("problem" in found) return toolError(found.problem);
  const { conversation } = found;
  return runTurn(desk, { conversation, prompt: args.prompt, startEvents: [] }, call);
}

/** The id under any of its three names; they must agree. */
function idOf(args: ReplyArguments): { id?: string; problem?: string } {
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
  return id === undefined ? {} : { id };
}

/** A conversation of an earlier process, from its record. */
async function resumed(
  desk: Desk,
  id: string | undefined,
  call: Call,
): Promise<{ conversation: Conversation } | { problem: string }> {
  if (id === undefined) {
    return { problem: "no threadId given, and no conversation was started on this connection yet" };
  }
  const { name, version } = call.client.peer;
  const client = name === "" ? {} : { client: { name, version } };
  try {
    return { conversation: await desk.conversations.resume({ id, ...client }, call.signal) };
  } catch (error) {
    if (!isConversationError(error)) throw error;
    if (error.kind !== "missing") return { problem: errorMessage(error) };
    return { problem: `Session not found for conversation_id: ${id}` };
  }
}
