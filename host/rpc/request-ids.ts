import { injectable } from "../tokens.ts";

/** Mints the ids of our own requests: integers from 0, never used again on the connection. */
@injectable()
export class RequestIds {
  #next = 0;

  mint(): number {
    const id = this.#next;
    this.#next += 1;
    return id;
  }
}
