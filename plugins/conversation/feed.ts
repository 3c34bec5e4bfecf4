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
 * The events of one conversation for its listeners. The client gets each once, however many listen.
 * While none does, they wait, unless the conversation is somebody else's: the call of a tool hears
 * its own.
 */
export class Feed {
  readonly id: string;
  readonly #voice: Voice;
  readonly #listeners = new Map<string, Listener>();
  readonly #backlog = new Backlog();
  #path = "";
  #problems: readonly ConversationEvent[] = [];
  #keeps = false;
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
    this.#problems = conversation.startEvents.filter(
      ({ msg }) => msg.type !== "session_configured",
    );
    if (this.#keeps) for (const event of this.#problems) this.#take(event);
    this.#leave = conversation.subscribe({
      event: (event) => this.#take(event),
      ready: () => (this.#hasListener() ? this.#voice.ready() : undefined),
    });
  }

  /** From now on events wait while nobody listens. */
  keep(): void {
    if (this.#keeps) return;
    this.#keeps = true;
    for (const event of this.#problems) this.#take(event);
  }

  add(subscriptionId: string, own: boolean): void {
    this.keep();
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
    if (this.#hasListener()) this.#tell(event);
    else if (this.#keeps) this.#backlog.push(event);
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
