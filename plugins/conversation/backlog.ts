import type { ConversationEvent, EventMsg } from "../../core/index.ts";

/** Characters that are kept of one conversation. */
const mostKept = 4 << 20;

/**
 * The events that nobody has heard yet, in order. Deltas of one text are kept as one. When that is
 * too much, deltas go first, since the whole text comes behind them; then the oldest events.
 */
export class Backlog {
  readonly #limit: number;
  #events: ConversationEvent[] = [];
  #size = 0;
  #lost = 0;

  constructor(limit = mostKept) {
    this.#limit = limit;
  }

  push(event: ConversationEvent): void {
    const last = this.#events.at(-1);
    const merged =
      last === undefined || last.id !== event.id ? undefined : merge(last.msg, event.msg);
    if (merged === undefined) this.#events.push(event);
    else this.#events[this.#events.length - 1] = { id: event.id, msg: merged };
    this.#size += sizeOf(event.msg);
    if (this.#size > this.#limit) this.#shrink();
  }

  /** Everything that was kept, and nothing is left. `record` names where the rest can be read. */
  take(record: string): ConversationEvent[] {
    const events = this.#events;
    const lost = this.#lost;
    this.#events = [];
    this.#size = 0;
    this.#lost = 0;
    if (lost === 0) return events;
    const message = `${lost} earlier events were left out, nobody was listening; the record has the conversation: ${record}`;
    return [{ id: "", msg: { type: "background_event", message } }, ...events];
  }

  #shrink(): void {
    const whole = this.#events.filter(({ msg }) => !isDelta(msg));
    this.#lost += this.#events.length - whole.length;
    let size = whole.reduce((sum, { msg }) => sum + sizeOf(msg), 0);
    let from = 0;
    // Down to half, so that this is not done for every event.
    for (; size > this.#limit / 2; from += 1) size -= sizeOf(whole[from]?.msg);
    this.#lost += from;
    this.#events = whole.slice(from);
    this.#size = size;
  }
}

function merge(last: EventMsg, next: EventMsg): EventMsg | undefined {
  const isText = isTextDelta(last) && isTextDelta(next) && last.type === next.type;
  return isText ? { type: next.type, delta: last.delta + next.delta } : undefined;
}

type TextDelta = Extract<EventMsg, { delta: string }>;

function isTextDelta(msg: EventMsg): msg is TextDelta {
  return "delta" in msg;
}

function isDelta(msg: EventMsg): boolean {
  return isTextDelta(msg) || msg.type === "exec_command_output_delta";
}

function sizeOf(msg: EventMsg | undefined): number {
  if (msg === undefined) return 0;
  return isTextDelta(msg) ? msg.delta.length : JSON.stringify(msg).length;
}
