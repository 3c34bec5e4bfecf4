import type { Call } from "../../core/index.ts";
import { conversationOf, type Desk } from "./desk.ts";
import { refuse } from "./refusals.ts";

/** Events follow the reply, those that nobody has heard first. */
export function addConversationListener(
  desk: Desk,
  { conversationId, ownCopy }: { conversationId: string; ownCopy: boolean | undefined },
  call: Call,
) {
  const { feed } = conversationOf(desk, conversationId);
  const subscriptionId = process.getBuiltinModule("node:crypto").randomUUID();
  desk.feeds.listen(feed, subscriptionId, ownCopy === true);
  call.afterAnswer(() => feed.activate(subscriptionId));
  return { subscriptionId };
}

export function removeConversationListener(desk: Desk, subscriptionId: string) {
  if (desk.feeds.unlisten(subscriptionId)) return {};
  throw refuse(`subscription not found: ${subscriptionId}`);
}
