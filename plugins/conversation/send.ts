import type { Call, InputItem, Submission } from "../../core/index.ts";
import { approver } from "./approvals.ts";
import { conversationOf, type Desk } from "./desk.ts";
import type { SendUserTurn } from "./schemas.ts";

/** Queued when it is answered; its events follow the reply. */
export function sendUserMessage(
  desk: Desk,
  { conversationId, items }: { conversationId: string; items: readonly InputItem[] },
  call: Call,
) {
  return submit(desk, { conversationId, call, submission: { items, join: true } });
}

/** The settings hold for later turns too. */
export function sendUserTurn(desk: Desk, params: SendUserTurn, call: Call) {
  const { conversationId, items, effort, ...rest } = params;
  const overrides = { ...rest, effort: effort ?? null };
  return submit(desk, { conversationId, call, submission: { items, overrides } });
}

function submit(
  desk: Desk,
  message: { conversationId: string; call: Call; submission: Omit<Submission, "approve"> },
) {
  const { conversation, feed } = conversationOf(desk, message.conversationId);
  const approve = approver(desk, feed);
  message.call.afterAnswer(() => {
    // What becomes of it is told by its events; an outcome never rejects.
    conversation.submit({ ...message.submission, approve });
  });
  return {};
}

/** Answered when the turn is over, its last event before; at once when there is none. */
export async function interruptConversation(desk: Desk, conversationId: string) {
  const { conversation, feed } = conversationOf(desk, conversationId);
  const ended = await conversation.interrupt();
  const abortReason = ended ? feed.lastAbort : "interrupted";
  return { abortReason } as const;
}
