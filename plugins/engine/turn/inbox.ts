import type { InputItem, ResponseItem } from "../../../core/index.ts";

/** A submission that joins a running task. */
export interface Joining {
  readonly items: readonly InputItem[];
}

/**
 * What waits for the next request of a task: pictures that calls brought, and what the person said
 * meanwhile. Each is taken once; what nobody took is there for whoever looks after the task.
 */
export class Inbox<J extends Joining = Joining> {
  readonly #pictures: ResponseItem[] = [];
  readonly #said: J[] = [];
  readonly #heard: J[] = [];

  get empty(): boolean {
    return this.#pictures.length === 0 && this.#said.length === 0;
  }

  /** What was taken of what the person said. */
  get heard(): readonly J[] {
    return this.#heard;
  }

  put(picture: ResponseItem): void {
    this.#pictures.push(picture);
  }

  join(joining: J): void {
    this.#said.push(joining);
  }

  /** False when it was taken before. */
  withdraw(joining: J): boolean {
    const at = this.#said.indexOf(joining);
    if (at !== -1) this.#said.splice(at, 1);
    return at !== -1;
  }

  takePictures(): readonly ResponseItem[] {
    return this.#pictures.splice(0);
  }

  /** What came too late: it is left to whoever calls, as if it had never been here. */
  takeBack(): readonly J[] {
    return this.#said.splice(0);
  }

  takeSaid(): readonly J[] {
    const taken = this.#said.splice(0);
    this.#heard.push(...taken);
    return taken;
  }
}
