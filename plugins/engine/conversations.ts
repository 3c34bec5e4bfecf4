import { resolve } from "node:path";
import { ConversationError } from "../../core/index.ts";
import type {
  Conversation,
  ConversationPage,
  ConversationRequest,
  Conversations,
  HistoryEntry,
  PageRequest,
  ResumeRequest,
} from "../../core/index.ts";
import type { LiveConversation } from "./conversation.ts";
import type { Surroundings } from "./surroundings.ts";

/** The conversations of this process, by id. What it takes to run one is loaded with the first. */
export class LiveConversations implements Conversations {
  readonly #live = new Map<string, LiveConversation>();
  readonly #watchers = new Set<(conversation: Conversation) => void>();
  readonly #lines = new Map<string, Promise<unknown>>();
  readonly #surroundings: Surroundings;
  #closed = false;
  // Idle ones leave the memory; what their commands left running does not.
  #hadAny = false;

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  async start(request: ConversationRequest, signal?: AbortSignal): Promise<Conversation> {
    const { openConversation } = await import("./open.ts");
    return this.#admit(await openConversation(this.#surroundings, request, signal));
  }

  find(id: string): Conversation | undefined {
    return this.#live.get(id);
  }

  async resume({ id, path, ...request }: ResumeRequest, signal?: AbortSignal) {
    const { resumeConversation, saysHow } = await import("./resume.ts");
    const place = await this.#locate(id, path);
    return this.#inLine(place.id, async () => {
      const live = this.#live.get(place.id);
      if (live !== undefined && !saysHow(request)) return live;
      await this.#end(place.id);
      const plan = { ...place, request };
      return this.#admit(await resumeConversation(this.#surroundings, plan, signal));
    });
  }

  watch(opened: (conversation: Conversation) => void): () => void {
    // An entry of its own, so that one function may be there twice.
    const entry = (conversation: Conversation) => opened(conversation);
    this.#watchers.add(entry);
    return () => void this.#watchers.delete(entry);
  }

  async summary(record: { readonly id: string } | { readonly path: string }) {
    const { summarize } = await import("./rollout/store.ts");
    return summarize(
      "id" in record
        ? await this.#locate(record.id, undefined)
        : await this.#locate(undefined, record.path),
    );
  }

  async recorded({ path }: { readonly path: string }) {
    const { readRollout } = await import("./rollout/read.ts");
    return (await readRollout(this.#absolute(path))).events;
  }

  async list(page: PageRequest = {}): Promise<ConversationPage> {
    const { listRollouts } = await import("./rollout/store.ts");
    return listRollouts(this.#home, page);
  }

  async archive({ id, path }: { readonly id: string; readonly path: string }): Promise<void> {
    const { archivable, archiveRollout } = await import("./rollout/store.ts");
    const { Claim } = await import("./rollout/claim.ts");
    const real = await archivable(this.#home, id, this.#absolute(path));
    await this.#inLine(id, async () => {
      await this.#end(id);
      const claim = new Claim(this.#home, id);
      claim.take();
      try {
        await archiveRollout(this.#home, id, real);
      } finally {
        claim.release();
      }
    });
  }

  async addToHistory(entry: { readonly conversationId: string; readonly text: string }) {
    const { keepsHistory } = await import("./settings.ts");
    const { appendHistory } = await import("./rollout/history-log.ts");
    if (await keepsHistory(await this.#surroundings.settings.load())) {
      await appendHistory(this.#home, entry);
    }
  }

  async historyEntry(at: { logId: number; offset: number }): Promise<HistoryEntry | undefined> {
    const { readHistory } = await import("./rollout/history-log.ts");
    return readHistory(this.#home, at);
  }

  /** Ends all tasks and whatever processes they started. */
  async close(): Promise<void> {
    this.#closed = true;
    if (!this.#hadAny) return;
    await Promise.all([...this.#live.values()].map((conversation) => conversation.close()));
    // What a tool may have left running in spite of its signal.
    const { killAll } = await import("./exec/run.ts");
    killAll();
  }

  get #home(): string {
    return this.#surroundings.settings.home;
  }

  #absolute(path: string): string {
    return resolve(this.#surroundings.environment.cwd, path);
  }

  async #locate(id: string | undefined, path: string | undefined) {
    const live = path === undefined && id !== undefined ? this.#live.get(id) : undefined;
    if (live !== undefined) return { id: live.id, path: live.path };
    const { locateRollout } = await import("./rollout/store.ts");
    return locateRollout(this.#home, {
      id,
      path: path === undefined ? undefined : this.#absolute(path),
    });
  }

  /** What concerns one conversation, one thing after the other: two sessions would share a record. */
  async #inLine<T>(id: string, work: () => Promise<T>): Promise<T> {
    const before = this.#lines.get(id);
    const mine = Promise.allSettled([before]).then(work);
    this.#lines.set(id, mine);
    try {
      return await mine;
    } finally {
      if (this.#lines.get(id) === mine) this.#lines.delete(id);
    }
  }

  async #end(id: string): Promise<void> {
    await this.#live.get(id)?.close();
    this.#live.delete(id);
  }

  async #admit(conversation: LiveConversation): Promise<LiveConversation> {
    if (this.#closed) {
      await conversation.close();
      throw new ConversationError("session", "the server is closing");
    }
    this.#live.set(conversation.id, conversation);
    for (const opened of this.#watchers) opened(conversation);
    this.#hadAny = true;
    return conversation;
  }
}
