import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { EventMsg, JsonObject, Log, ResponseItem } from "../../../core/index.ts";

/**
 * The record of one conversation: JSON lines, appended in order. Synchronously, as an append of a few
 * lines takes less than a trip through the thread pool, and is in the file whatever ends us.
 */
export class Recorder {
  /** Absolute path of the file. */
  readonly path: string;
  readonly #log: Log;
  readonly #turnContext: () => JsonObject;
  #waiting: string[] = [];
  #broken = false;

  private constructor(options: RecorderOptions) {
    this.path = options.path;
    this.#log = options.log;
    this.#turnContext = options.turnContext;
  }

  /** Makes the file with its first line. Throws when that is not possible. */
  static create(options: RecorderOptions): Recorder {
    mkdirSync(dirname(options.path), { recursive: true });
    writeFileSync(options.path, line("session_meta", options.meta), { flag: "wx" });
    return new Recorder(options);
  }

  items(items: readonly ResponseItem[]): void {
    for (const item of items) this.#write("response_item", item);
  }

  /** Keeps the few kinds of events that a reader of the file needs beside the items. */
  event(msg: EventMsg): void {
    if (recordedEvents.has(msg.type)) this.#write("event_msg", msg);
  }

  /** What the next request goes by. */
  turnContext(): void {
    this.#write("turn_context", this.#turnContext());
  }

  /** Writes what waits, or gives it up. Never throws. */
  flush(): void {
    const text = this.#waiting.splice(0).join("");
    if (text === "") return;
    try {
      appendFileSync(this.path, text);
    } catch (error) {
      // One complaint, then silence: a full disk must not end the conversation.
      this.#broken = true;
      this.#log.error(`the conversation is no longer recorded: ${this.path}`, { error });
    }
  }

  #write(type: string, payload: object): void {
    if (this.#broken) return;
    // Lines of one moment become one write.
    if (this.#waiting.length === 0) queueMicrotask(() => this.flush());
    this.#waiting.push(line(type, payload));
  }
}

export interface RecorderOptions {
  readonly path: string;
  /** Payload of the first line. */
  readonly meta: JsonObject;
  readonly turnContext: () => JsonObject;
  readonly log: Log;
}

const recordedEvents: ReadonlySet<EventMsg["type"]> = new Set<EventMsg["type"]>([
  "user_message",
  "agent_message",
  "agent_reasoning",
  "agent_reasoning_raw_content",
  "token_count",
  "turn_aborted",
]);

function line(type: string, payload: object): string {
  return `${JSON.stringify({ timestamp: new Date().toISOString(), type, payload })}\n`;
}
