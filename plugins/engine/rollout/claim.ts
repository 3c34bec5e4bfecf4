import { ConversationError } from "../../../core/index.ts";
import { releaseLock, takeLock } from "./lock.ts";
import { lockPath } from "./path.ts";

/** The right of one process to write the record of a conversation. */
export class Claim {
  readonly #id: string;
  readonly #path: string;
  #held = false;

  constructor(home: string, id: string) {
    this.#id = id;
    this.#path = lockPath(home, id);
  }

  get held(): boolean {
    return this.#held;
  }

  /** Throws `ConversationError` while another process has the conversation, or this one already. */
  take(): void {
    const pid = takeLock(this.#path);
    this.#held = pid === undefined;
    if (this.#held) return;
    const message = `conversation ${this.#id} is open in process ${pid}`;
    throw new ConversationError("session", message);
  }

  release(): void {
    if (this.#held) releaseLock(this.#path);
    this.#held = false;
  }
}
