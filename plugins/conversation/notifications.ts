import { defineNotification } from "../../core/index.ts";
import type { Notification } from "../../core/index.ts";
import { conversationEvent } from "./methods.ts";
import type { ConversationEventParams } from "./schemas.ts";

export { sessionConfigured } from "./methods.ts";

/** What the tools call it too; here only how a resumed conversation is. */
export const codexEvent = defineNotification({
  name: "codex/event",
  summary: "How a resumed conversation is.",
  params: async () => (await import("./schemas.ts")).CodexEventParams,
});

type EventNotification = Notification<typeof ConversationEventParams>;

const byType = new Map<string, EventNotification>();

/** The notification for one type of event. */
export function eventNotification(type: string): EventNotification {
  let found = byType.get(type);
  if (found === undefined) {
    found = { ...conversationEvent, name: `codex/event/${type}` };
    byType.set(type, found);
  }
  return found;
}
