import type { Call, Conversation, ConversationEvent, EventMsg } from "../../core/index.ts";
import type { Desk } from "./desk.ts";
import { wantsEvents } from "./listening.ts";
import { codexEvent } from "./methods.ts";
import { progressText } from "./progress.ts";
import { Questions } from "./questions.ts";
import { turnResult, type TurnToolResult } from "./result.ts";

/** One message to the agent, in the name of one call. */
export interface Message {
  readonly conversation: Conversation;
  readonly prompt: string;
  /** What the caller has not seen of the conversation's start. */
  readonly startEvents: readonly ConversationEvent[];
  /** Id of the turn's events; absent: the conversation's next number. */
  readonly id?: string;
}

/** Carries a call from its message to the agent's last one. The turn ends with the call's signal. */
export async function runTurn(desk: Desk, message: Message, call: Call): Promise<TurnToolResult> {
  const { conversation } = message;
  desk.last = conversation;
  const questions = new Questions(desk.approver, call);
  const listening = wantsEvents(call.client.peer, desk.events);
  const _meta = { requestId: call.requestId, threadId: conversation.id };
  const pass = (event: ConversationEvent) => {
    if (listening) call.client.notify(codexEvent, { _meta, id: event.id, msg: event.msg });
    logTrouble(event.msg, call);
    const text = progressText(event.msg);
    if (text !== undefined) call.progress(text);
  };

  for (const event of message.startEvents) pass(event);
  const task = desk.turns.submit(
    conversation,
    {
      items: [{ type: "text", text: message.prompt }],
      approve: questions.approve,
      ask: call.ask,
      signal: call.signal,
      ...(message.id !== undefined && { id: message.id }),
    },
    { event: pass, ready: () => call.client.ready() },
  );
  const outcome = await task.outcome;
  return turnResult({
    outcome,
    conversationId: conversation.id,
    notes: questions.notes(),
    abortedBy: questions.aborted ? "approval" : abortedBy(desk, call),
  });
}

function abortedBy(desk: Desk, call: Call): "client" | "shutdown" | "other" {
  // The host aborts every call when it closes: ask about that first.
  if (desk.closing.aborted) return "shutdown";
  return call.signal.aborted ? "client" : "other";
}

/** Clients that do not listen to events still learn of trouble, by the standard log. */
function logTrouble(msg: EventMsg, call: Call): void {
  if (msg.type === "error") call.log.error(msg.message);
  if (msg.type === "stream_error") call.log.warn(msg.message);
  if (msg.type === "background_event") call.log.info(msg.message);
}
