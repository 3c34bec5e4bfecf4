import type { ConversationEvent, Log, Subscriber } from "../../core/index.ts";

/** Who hears what happens in a conversation. */
export class Listeners {
  readonly #entries = new Set<{ readonly subscriber: Subscriber }>();
  readonly #complain: (error: unknown) => void;

  constructor(log: Log, conversation: string) {
    this.#complain = (error) => log.error("a subscriber failed", { conversation, error });
  }

  add(subscriber: Subscriber): () => void {
    // An entry of its own, so that one subscriber may be there twice.
    const entry = { subscriber };
    this.#entries.add(entry);
    return () => void this.#entries.delete(entry);
  }

  /** Synchronous and in order; one faulty subscriber costs nobody else an event. */
  tell(event: ConversationEvent): void {
    for (const { subscriber } of this.#entries) {
      try {
        subscriber.event(event);
      } catch (error) {
        this.#complain(error);
      }
    }
  }

  /** Room means room with every subscriber. */
  ready(): Promise<void> | undefined {
    let room: Promise<void> | undefined;
    for (const { subscriber } of this.#entries) {
      const one = subscriber.ready?.();
      if (one !== undefined) room = both(room, one);
    }
    return room;
  }
}

async function both(one: Promise<void> | undefined, other: Promise<void>): Promise<void> {
  await Promise.allSettled([one, other]);
}
