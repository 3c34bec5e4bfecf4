import type { Conversation, ConversationEvent, EventOf } from "../../core/index.ts";
import { Backlog } from "./backlog.ts";

export type AbortReason = EventOf<"turn_aborted">["reason"];

/** How a client hears of an event; `subscriptionId` is there for a listener's own copy. */
export interface Voice {
  tell(event: ConversationEvent & { conversationId: string; subscriptionId?: string }): void;
  ready(): Promise<void> | undefined;
}

interface Listener {
  /** It wants a copy of its own, marked with its id. */
  readonly own: boolean;
  /** Its request is answered, so events may come. */
  active: boolean;
}

/**
 * The events of one conversation for its listeners. The client gets each once, however many listen;
 * while none does, they wait.
 */
export class Feed {
  readonly id: string;
  readonly #voice: Voice;
  readonly #listeners = new Map<string, Listener>();
  readonly #backlog = new Backlog();
  #path = "";
  #diff: { readonly id: string; readonly text: string } | undefined;
  #leave: () => void = () => undefined;
  #heard: PromiseWithResolvers<void> | undefined;
  /** How the last turn that did not complete ended. */
  lastAbort: AbortReason = "interrupted";

  constructor(id: string, voice: Voice) {
    this.id = id;
    this.#voice = voice;
  }

  /** Follows a conversation; one that was followed before is over. */
  follow(conversation: Conversation): void {
    this.#leave();
    this.#path = conversation.path;
    // Whoever opened it was told how it is; what went wrong meanwhile is news.
    for (const event of conversation.startEvents) {
      if (event.msg.type !== "session_configured") this.#take(event);
    }
    this.#leave = conversation.subscribe({
      event: (event) => this.#take(event),
      ready: () => (this.#hasListener() ? this.#voice.ready() : undefined),
    });
  }

  add(subscriptionId: string, own: boolean): void {
    this.#listeners.set(subscriptionId, { own, active: false });
  }

  /** From now on this listener gets events, those that wait first. */
  activate(subscriptionId: string): void {
    const listener = this.#listeners.get(subscriptionId);
    // Removed before it began.
    if (listener === undefined) return;
    listener.active = true;
    for (const event of this.#backlog.take(this.#path)) this.#tell(event);
    this.#heard?.resolve();
    this.#heard = undefined;
  }

  remove(subscriptionId: string): void {
    this.#listeners.delete(subscriptionId);
  }

  /** `undefined` when somebody listens, else a promise for that. */
  heard(): Promise<void> | undefined {
    if (this.#hasListener()) return undefined;
    this.#heard ??= Promise.withResolvers<void>();
    return this.#heard.promise;
  }

  close(): void {
    this.#leave();
  }

  #take(event: ConversationEvent): void {
    if (this.#isKnown(event)) return;
    if (event.msg.type === "turn_aborted") this.lastAbort = event.msg.reason;
    if (!this.#hasListener()) {
      this.#backlog.push(event);
      return;
    }
    this.#tell(event);
  }

  #tell(event: ConversationEvent): void {
    const conversationId = this.id;
    let isShared = false;
    for (const [subscriptionId, { own, active }] of this.#listeners) {
      if (active && own) this.#voice.tell({ ...event, conversationId, subscriptionId });
      isShared ||= active && !own;
    }
    if (isShared) this.#voice.tell({ ...event, conversationId });
  }

  /** The engine repeats the difference of a turn with every answer of the model. */
  #isKnown({ id, msg }: ConversationEvent): boolean {
    if (msg.type !== "turn_diff") return false;
    const isKnown = this.#diff?.id === id && this.#diff.text === msg.unified_diff;
    this.#diff = { id, text: msg.unified_diff };
    return isKnown;
  }

  #hasListener(): boolean {
    for (const { active } of this.#listeners.values()) if (active) return true;
    return false;
  }
}
