import { dirname } from "node:path";
import { errorMessage } from "../../../core/index.ts";
import type { EventMsg, InputItem, JsonObject, Log, ResponseItem } from "../../../core/index.ts";
import { makeFolder } from "../folders.ts";
import type { Claim } from "./claim.ts";
import { LineFile } from "./line-file.ts";
import { formatLine } from "./lines.ts";
import { fillFrom, hasPictures, shelve } from "./pictures.ts";

/** The record of one conversation: JSON lines, in order, each with the operating system at once. */
export class Recorder {
  /** Absolute path of the file. */
  readonly path: string;
  readonly #file: LineFile;
  readonly #claim: Claim;
  readonly #log: Log;
  #complain: (message: string) => void = () => undefined;
  #complained = false;
  #waited = 0;

  /** Continues a record. */
  constructor(options: RecorderOptions) {
    this.path = options.path;
    this.#file = new LineFile(options.path);
    this.#claim = options.claim;
    this.#log = options.log;
  }

  /** Makes the file with its first lines. Throws when that is not possible. */
  static create(options: RecorderOptions, start: RecordStart): Recorder {
    makeFolder(dirname(options.path));
    const recorder = new Recorder(options);
    recorder.#file.create(
      formatLine("session_meta", start.meta) + formatLine("portico_request", start.request),
    );
    return recorder;
  }

  /** Whom to tell when the record cannot be written, once until it can again. */
  onTrouble(complain: (message: string) => void): void {
    this.#complain = complain;
  }

  /** Returns the items as memory may keep them: pictures are left to the record. */
  items(items: readonly ResponseItem[]): readonly ResponseItem[] {
    const lines = items.map((item) => formatLine("response_item", item));
    // One write, so that a crash seldom comes between them.
    let offset = this.#write(lines.join(""));
    if (offset === undefined || !items.some(hasPictures)) return items;
    return items.map((item, at) => {
      const line = lines[at] ?? "";
      const start = offset ?? 0;
      offset = start + Buffer.byteLength(line);
      return shelve(item, line, start);
    });
  }

  /** The items with the pictures that memory did not keep. */
  whole(items: readonly ResponseItem[]): Promise<ResponseItem[]> {
    return fillFrom(this.path, items);
  }

  /** Keeps an item of an answer that is not complete; `items` makes it final. */
  draft(item: ResponseItem): void {
    this.#write(formatLine("portico_draft", item));
  }

  /** Takes the drafts back that were not made final. */
  dropDrafts(): void {
    this.#write(formatLine("portico_draft", null));
  }

  /** Keeps words that have to wait for the model; to be called when they no longer do. */
  wait(items: readonly InputItem[]): () => void {
    const n = this.#waited;
    this.#waited += 1;
    this.#write(formatLine("portico_waiting", { n, items }));
    return () => this.waited(n);
  }

  /** The n-th words that waited are in the record like all others, or were taken back. */
  waited(n: number): void {
    this.#write(formatLine("portico_waiting", { n, items: null }));
  }

  /** Keeps the few kinds of events that a reader of the file needs beside the items. */
  event(msg: EventMsg): void {
    if (recordedEvents.has(msg.type)) this.#write(formatLine("event_msg", msg));
  }

  /** What the next request goes by. */
  turnContext(context: JsonObject): void {
    this.#write(formatLine("turn_context", context));
  }

  /** How the conversation shall be from now on. */
  request(request: JsonObject): void {
    this.#write(formatLine("portico_request", request));
  }

  /** The history was replaced; with it in the record, a reader need not know how. */
  compacted(message: string, history: readonly ResponseItem[]): void {
    this.#write(formatLine("compacted", { message, replacement_history: history }));
  }

  /** Closes the file until the next line; resolves when it is on the disk. Never rejects. */
  rest(): Promise<void> {
    return this.#file.rest();
  }

  /** Lets other processes have the conversation; nothing is recorded until it is claimed again. */
  release(): Promise<void> {
    const rested = this.rest();
    this.#claim.release();
    return rested;
  }

  /** Throws `ConversationError` when another process has it now. */
  reclaim(): void {
    this.#claim.take();
  }

  /** The offset of the lines, if they were written. */
  #write(lines: string): number | undefined {
    if (lines === "" || !this.#claim.held) return undefined;
    try {
      const offset = this.#file.append(lines);
      this.#complained = false;
      return offset;
    } catch (error) {
      // A full disk must not end the conversation, nor fill its log.
      if (this.#complained) return undefined;
      this.#complained = true;
      this.#log.error(`the conversation cannot be recorded: ${this.path}`, { error });
      this.#complain(`The conversation cannot be recorded: ${errorMessage(error)}`);
      return undefined;
    }
  }
}

export interface RecorderOptions {
  readonly path: string;
  /** Held when the recorder begins; the recorder gives it back. */
  readonly claim: Claim;
  readonly log: Log;
}

/** The first lines. */
export interface RecordStart {
  readonly meta: JsonObject;
  readonly request: JsonObject;
}

const recordedEvents: ReadonlySet<EventMsg["type"]> = new Set<EventMsg["type"]>([
  "user_message",
  "agent_message",
  "agent_reasoning",
  "agent_reasoning_raw_content",
  "token_count",
  "turn_aborted",
]);
