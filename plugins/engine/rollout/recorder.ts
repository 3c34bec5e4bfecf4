import { appendFile, mkdir, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import type { EventMsg, JsonObject, Log, ResponseItem } from "../../../core/index.ts";

/** The record of one conversation: JSON lines, appended in order by one writer, never waited for. */
export class Recorder {
  /** Absolute path of the file. */
  readonly path: string;
  readonly #log: Log;
  readonly #turnContext: () => JsonObject;
  #waiting: string[] = [];
  #writing: Promise<void> | undefined;
  #broken = false;

  private constructor(options: RecorderOptions) {
    this.path = options.path;
    this.#log = options.log;
    this.#turnContext = options.turnContext;
  }

  /** Makes the file with its first line. Rejects when that is not possible. */
  static async create(options: RecorderOptions): Promise<Recorder> {
    await mkdir(dirname(options.path), { recursive: true });
    await writeFile(options.path, line("session_meta", options.meta), { flag: "wx" });
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

  /** Resolves when everything so far is written, or given up. Never rejects. */
  async flush(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
  }

  #write(type: string, payload: object): void {
    if (this.#broken) return;
    this.#waiting.push(line(type, payload));
    this.#writing ??= this.#drain();
  }

  async #drain(): Promise<void> {
    // Lines of one moment become one write.
    await Promise.resolve();
    try {
      while (this.#waiting.length > 0)
        await appendFile(this.path, this.#waiting.splice(0).join(""));
    } catch (error) {
      // One complaint, then silence: a full disk must not end the conversation.
      this.#broken = true;
      this.#waiting = [];
      this.#log.error(`the conversation is no longer recorded: ${this.path}`, { error });
    } finally {
      this.#writing = undefined;
    }
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
