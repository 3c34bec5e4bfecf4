import { readFile } from "node:fs/promises";
import { ConversationError, errorMessage, InputItem, ResponseItem } from "../../../core/index.ts";
import type { ConversationRequest, JsonObject, TurnOverrides } from "../../../core/index.ts";
import { rebuildCompacted } from "./compacted.ts";
import { parseLine, splitLines, type Line, type Placed } from "./lines.ts";
import { isId } from "./path.ts";
import { shelve } from "./pictures.ts";
import { parseOverrides, parseRequest } from "./parse-request.ts";

/** What a record holds. */
export interface Recorded {
  readonly id: string;
  readonly cwd: string | undefined;
  /** How the conversation was asked to be; empty for records of other programs. */
  readonly request: ConversationRequest;
  /** What turns made different from that. */
  readonly overrides: TurnOverrides;
  /** What the model has been shown. */
  readonly items: readonly ResponseItem[];
  /** Items of an answer that a crash cut off, in order. */
  readonly drafts: readonly ResponseItem[];
  /** What the person said, by number, that nobody had taken in when a crash came. */
  readonly waiting: ReadonlyMap<number, readonly InputItem[]>;
  /** Recorded events, in order and as they stand. */
  readonly events: readonly (JsonObject & { type: string })[];
  /** Lines that say nothing to us. */
  readonly skipped: number;
}

/** Reads a record; rejects with `ConversationError` when there is no conversation in it. */
export async function readRollout(path: string): Promise<Recorded> {
  const bytes = await readFile(path).catch((cause: unknown) => {
    const message = `the record ${JSON.stringify(path)} cannot be read: ${errorMessage(cause)}`;
    throw new ConversationError("session", message, { cause });
  });
  const reader = new Reader();
  for (const placed of splitLines(bytes)) reader.take(parseLine(placed.text), placed);
  return reader.result();
}

/** Puts a conversation together from its lines. */
class Reader {
  #id: string | undefined;
  #cwd: string | undefined;
  #request: ConversationRequest = {};
  #overrides: TurnOverrides = {};
  #items: ResponseItem[] = [];
  #drafts: ResponseItem[] = [];
  readonly #waiting = new Map<number, readonly InputItem[]>();
  readonly #events: (JsonObject & { type: string })[] = [];
  #skipped = 0;

  take(line: Line | undefined, place: Placed): void {
    if (line === undefined || !this.#use(line, place)) this.#skipped += 1;
  }

  result(): Recorded {
    if (this.#id === undefined) {
      throw new ConversationError("session", "failed to parse conversation ID from rollout file");
    }
    return {
      id: this.#id,
      cwd: this.#cwd,
      request: this.#request,
      overrides: this.#overrides,
      items: this.#items,
      drafts: this.#drafts,
      waiting: this.#waiting,
      events: this.#events,
      skipped: this.#skipped,
    };
  }

  /** False when the line means nothing to us. */
  #use({ type, payload }: Line, place: Placed): boolean {
    if (type === "portico_draft" && payload === null) this.#drafts = [];
    else if (payload === null) return false;
    else if (type === "session_meta") return this.#meta(payload);
    else if (type === "portico_request") this.#asked(payload);
    else if (type === "response_item") return this.#item(payload, place);
    else if (type === "portico_draft") return this.#draft(payload);
    else if (type === "portico_waiting") return this.#wait(payload);
    else if (type === "event_msg") return this.#event(payload);
    else if (type === "compacted") return this.#compact(payload, place);
    else return type === "turn_context";
    return true;
  }

  /** A record that was copied from another one may have two; the first says who it is. */
  #meta({ id, cwd }: JsonObject): boolean {
    if (!isId(id)) return false;
    if (this.#id !== undefined) return true;
    this.#id = id;
    if (typeof cwd === "string") this.#cwd = cwd;
    return true;
  }

  #asked(payload: JsonObject): void {
    this.#request = parseRequest(payload);
    this.#overrides = parseOverrides(payload);
  }

  #item(payload: JsonObject, place: Placed): boolean {
    const item = asItem(payload);
    if (item === undefined) return false;
    this.#items.push(shelve(item, place.text, place.offset));
    // The line that makes a draft final; any other item means that drafts are over.
    const text = JSON.stringify(item);
    const at = this.#drafts.findIndex((draft) => JSON.stringify(draft) === text);
    if (at === -1) this.#drafts = [];
    else this.#drafts.splice(at, 1);
    return true;
  }

  #draft(payload: JsonObject): boolean {
    const item = asItem(payload);
    if (item !== undefined) this.#drafts.push(item);
    return item !== undefined;
  }

  #wait({ n, items }: JsonObject): boolean {
    if (typeof n !== "number") return false;
    if (items === null) return this.#waiting.delete(n);
    const said = InputItem.array().safeParse(items);
    if (said.success) this.#waiting.set(n, said.data);
    return said.success;
  }

  #event(payload: JsonObject): boolean {
    const { type } = payload;
    if (typeof type !== "string") return false;
    this.#events.push({ ...payload, type });
    return true;
  }

  #compact({ message, replacement_history: replacement }: JsonObject, place: Placed): boolean {
    if (Array.isArray(replacement)) {
      this.#items = replacement.flatMap((value) => {
        const item = asItem(value);
        return item === undefined ? [] : [shelve(item, place.text, place.offset)];
      });
    } else if (typeof message === "string") {
      this.#items = rebuildCompacted(this.#items, message);
    } else return false;
    this.#drafts = [];
    return true;
  }
}

/** Checked, but kept as it stands: what a provider sent goes back to it whole. */
function asItem(value: unknown): ResponseItem | undefined {
  // The schema drops unknown members from its copy, so the original is taken.
  return ResponseItem.safeParse(value).success ? (value as ResponseItem) : undefined;
}
