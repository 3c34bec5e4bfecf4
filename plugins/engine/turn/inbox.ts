import type { InputItem, ResponseItem } from "../../../core/index.ts";

/** What a person says. */
export interface Words {
  readonly items: readonly InputItem[];
  /** Told when the history has them. */
  taken(): void;
}

/** A submission that joins a running task: a message, or the wish for a compaction. */
export interface Joining extends Words {
  readonly id: string;
  readonly kind: "turn" | "compaction";
}

/**
 * What waits for the next request of a task: pictures that calls brought, and what the person said
 * meanwhile. Each is taken once; what nobody took is there for whoever looks after the task.
 */
export class Inbox<J extends Joining = Joining> {
  readonly #pictures: ResponseItem[] = [];
  readonly #said: J[] = [];
  readonly #compactions: J[] = [];
  readonly #heard: J[] = [];

  /** Whether the model has nothing more to hear in this task; a compaction can wait. */
  get empty(): boolean {
    return this.#pictures.length === 0 && this.#said.length === 0;
  }

  /** What was taken of what the person sent. */
  get heard(): readonly J[] {
    return this.#heard;
  }

  put(picture: ResponseItem): void {
    this.#pictures.push(picture);
  }

  join(joining: J): void {
    this.#queueOf(joining).push(joining);
  }

  /** False when it was taken before. */
  withdraw(joining: J): boolean {
    const queue = this.#queueOf(joining);
    const at = queue.indexOf(joining);
    if (at !== -1) queue.splice(at, 1);
    return at !== -1;
  }

  takePictures(): readonly ResponseItem[] {
    return this.#pictures.splice(0);
  }

  /** What came too late: it is left to whoever calls, as if it had never been here. */
  takeBack(): readonly J[] {
    return [...this.#said.splice(0), ...this.#compactions.splice(0)];
  }

  takeSaid(): readonly J[] {
    return this.#take(this.#said);
  }

  takeCompactions(): readonly J[] {
    return this.#take(this.#compactions);
  }

  #queueOf({ kind }: J): J[] {
    return kind === "turn" ? this.#said : this.#compactions;
  }

  #take(queue: J[]): readonly J[] {
    const taken = queue.splice(0);
    this.#heard.push(...taken);
    return taken;
  }
}
