import { isConversationError } from "../../core/index.ts";
import type {
  Call,
  Conversation,
  ConversationRequest,
  EventOf,
  RecordedEvent,
} from "../../core/index.ts";
import type { Desk } from "./desk.ts";
import { codexEvent, sessionConfigured } from "./notifications.ts";
import { failed, refuse, unopened } from "./refusals.ts";
import type { NewConversation, ResumeConversation } from "./schemas.ts";

export async function newConversation(desk: Desk, params: NewConversation, call: Call) {
  const conversation = await desk.conversations
    // Front ends may make the folder later.
    .start({ ...requestOf(params, call), anyCwd: true }, call.signal)
    .catch((error: unknown) => {
      throw unopened(error, "error creating conversation");
    });
  const { id, model, effort, path } = conversation;
  desk.feeds.find(id)?.keep();
  return {
    conversationId: id,
    model,
    ...(effort !== undefined && { reasoningEffort: effort }),
    rolloutPath: path,
  };
}

/** The notification leaves before the reply. */
export async function resumeConversation(
  desk: Desk,
  { path, overrides }: ResumeConversation,
  call: Call,
) {
  const { conversation, events } = await resumed(desk, {
    path,
    ...(overrides === undefined ? clientOf(call) : requestOf(overrides, call)),
  });
  desk.feeds.find(conversation.id)?.keep();
  announce(desk, conversation, events);
  const initialMessages = events.filter(isPlain);
  return {
    conversationId: conversation.id,
    model: conversation.model,
    ...(initialMessages.length > 0 && { initialMessages }),
  };
}

async function resumed(
  desk: Desk,
  request: ConversationRequest & { path: string },
): Promise<{ conversation: Conversation; events: readonly RecordedEvent[] }> {
  const { conversations } = desk;
  try {
    const conversation = await conversations.resume(request);
    return { conversation, events: await conversations.recorded({ path: conversation.path }) };
  } catch (error) {
    throw unopened(error, "error resuming conversation");
  }
}

function announce(desk: Desk, { startEvents }: Conversation, events: readonly RecordedEvent[]) {
  const configured = startEvents.find(({ msg }) => msg.type === "session_configured")?.msg;
  if (configured?.type !== "session_configured") return;
  const msg: EventOf<"session_configured"> = {
    ...configured,
    ...(events.length > 0 && { initial_messages: [...events] }),
  };
  if (!desk.appServer) {
    desk.client.notify(codexEvent, { id: "", msg });
    return;
  }
  desk.client.notify(sessionConfigured, {
    sessionId: msg.session_id,
    model: msg.model,
    ...(msg.reasoning_effort !== undefined && { reasoningEffort: msg.reasoning_effort }),
    historyLogId: msg.history_log_id,
    historyEntryCount: msg.history_entry_count,
    ...(msg.initial_messages !== undefined && { initialMessages: msg.initial_messages }),
    rolloutPath: msg.rollout_path,
  });
}

/** The record says of what was injected that it was; words alone do not make a message so. */
function isPlain({ type, kind = "plain" }: RecordedEvent): boolean {
  return type !== "user_message" || kind === "plain" || kind === null;
}

export async function archiveConversation(
  desk: Desk,
  { conversationId, rolloutPath }: { conversationId: string; rolloutPath: string },
) {
  try {
    await desk.conversations.archive({ id: conversationId, path: rolloutPath });
  } catch (error) {
    if (!isConversationError(error)) throw error;
    if (error.kind === "request") throw refuse(error.message);
    throw failed("failed to archive conversation", error.cause ?? error);
  }
  desk.feeds.forget(conversationId);
  return {};
}

function requestOf(params: NewConversation, call: Call): ConversationRequest {
  const present = Object.entries(params).filter(([, value]) => value !== undefined);
  // Only members were left out; the schema's names are those of the request.
  const request = Object.fromEntries(present) as ConversationRequest;
  return { ...request, ...clientOf(call) };
}

function clientOf({ client: { peer } }: Call): Pick<ConversationRequest, "client"> {
  return peer.name === "" ? {} : { client: { name: peer.name, version: peer.version } };
}
