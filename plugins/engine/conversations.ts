import { ConversationError } from "../../core/index.ts";
import type { Conversation, ConversationRequest, Conversations } from "../../core/index.ts";
import type { LiveConversation } from "./conversation.ts";
import type { Surroundings } from "./open.ts";

/** The live conversations of this process, by id. What it takes to run one is loaded with the first. */
export class LiveConversations implements Conversations {
  readonly #live = new Map<string, LiveConversation>();
  readonly #surroundings: Surroundings;
  #closed = false;

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  async start(request: ConversationRequest, signal?: AbortSignal): Promise<Conversation> {
    const { openConversation } = await import("./open.ts");
    const conversation = await openConversation(this.#surroundings, request, signal);
    if (this.#closed) throw await refusal(conversation);
    this.#live.set(conversation.id, conversation);
    return conversation;
  }

  find(id: string): Conversation | undefined {
    return this.#live.get(id);
  }

  /** Ends all tasks and whatever processes they started. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#live.size === 0) return;
    await Promise.all([...this.#live.values()].map((conversation) => conversation.close()));
    // What a tool may have left running in spite of its signal.
    const { killAll } = await import("./exec/run.ts");
    killAll();
  }
}

async function refusal(conversation: LiveConversation): Promise<ConversationError> {
  await conversation.close();
  return new ConversationError("session", "the server is closing");
}
