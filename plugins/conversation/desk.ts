import type {
  Client,
  Commands,
  Conversation,
  Conversations,
  Environment,
  Log,
  Settings,
} from "../../core/index.ts";
import type { Feed } from "./feed.ts";
import type { Feeds } from "./feeds.ts";
import { refuse } from "./refusals.ts";

/** What the methods share. */
export interface Desk {
  readonly client: Client;
  readonly conversations: Conversations;
  readonly commands: Commands | undefined;
  readonly settings: Settings;
  readonly environment: Environment;
  readonly log: Log;
  readonly feeds: Feeds;
  /** Which of the two styles of the wire this client reads. */
  readonly appServer: boolean;
}

/** A conversation of this process with its feed; throws when there is none. */
export function conversationOf(desk: Desk, id: string): { conversation: Conversation; feed: Feed } {
  const conversation = desk.conversations.find(id);
  const feed = desk.feeds.find(id);
  if (conversation === undefined || feed === undefined) {
    throw refuse(`conversation not found: ${id}`);
  }
  return { conversation, feed };
}
