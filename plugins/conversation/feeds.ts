import type { Conversation } from "../../core/index.ts";
import { Feed, type Voice } from "./feed.ts";

/** The feeds of all conversations of this process, and who listens to which. */
export class Feeds {
  readonly #voice: Voice;
  readonly #feeds = new Map<string, Feed>();
  readonly #bySubscription = new Map<string, Feed>();

  constructor(voice: Voice) {
    this.#voice = voice;
  }

  /** Listeners of an earlier conversation of this id hear the new one. */
  open(conversation: Conversation): void {
    const feed = this.#feeds.get(conversation.id) ?? new Feed(conversation.id, this.#voice);
    this.#feeds.set(conversation.id, feed);
    feed.follow(conversation);
  }

  find(conversationId: string): Feed | undefined {
    return this.#feeds.get(conversationId);
  }

  listen(feed: Feed, subscriptionId: string, own: boolean): void {
    feed.add(subscriptionId, own);
    this.#bySubscription.set(subscriptionId, feed);
  }

  /** False when there is no such subscription. */
  unlisten(subscriptionId: string): boolean {
    this.#bySubscription.get(subscriptionId)?.remove(subscriptionId);
    return this.#bySubscription.delete(subscriptionId);
  }

  /** The conversation is gone; subscriptions to it can still be removed. */
  forget(conversationId: string): void {
    this.#feeds.get(conversationId)?.close();
    this.#feeds.delete(conversationId);
  }
}
