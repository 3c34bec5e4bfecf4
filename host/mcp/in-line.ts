import type { Method } from "../../core/protocol/method.ts";
import type { OpenCall } from "../rpc/calls.ts";
import { injectable } from "../tokens.ts";

/** Milliseconds that one request may hold up those behind it. */
const longestHold = 1000;

/** The requests that keep their order, whichever plugins serve them. */
@injectable()
export class InLine {
  #tail: Promise<void> | undefined;

  /** Takes a place, now; the promise resolves when it is this request's turn, absent when it is. */
  enter(call: OpenCall, order: Method["order"]): Promise<void> | undefined {
    const before = order === undefined ? undefined : this.#tail;
    if (order === "in-line") this.#holdAfter(call, before);
    return before;
  }

  #holdAfter(call: OpenCall, before: Promise<void> | undefined): void {
    const held = Promise.withResolvers<void>();
    const mine = held.promise;
    let timer: NodeJS.Timeout | undefined;
    let answered = false;
    const start = () => {
      if (!answered) timer = setTimeout(held.resolve, longestHold);
    };
    this.#tail = mine;
    call.afterAnswer(() => {
      answered = true;
      clearTimeout(timer);
      held.resolve();
      if (this.#tail === mine) this.#tail = undefined;
    });
    if (before === undefined) start();
    // Never rejects: only ever resolved, here and by the timer.
    else void before.then(start);
  }
}
