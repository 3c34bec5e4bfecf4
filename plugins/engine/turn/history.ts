import type { ResponseItem } from "../../../core/index.ts";

/** A model's call of a tool. */
export type CallItem = Extract<
  ResponseItem,
  { type: "function_call" | "custom_tool_call" | "local_shell_call" }
>;

/** What is told of a history while it changes. */
export interface HistoryRecord {
  /** Returns the items as memory shall keep them. */
  items(items: readonly ResponseItem[]): readonly ResponseItem[];
  /** Kept items as they were before. */
  whole(items: readonly ResponseItem[]): Promise<ResponseItem[]>;
  draft(item: ResponseItem): void;
  compacted(summary: string, items: readonly ResponseItem[]): void;
  dropDrafts(): void;
}

/** What the model is shown of a conversation; it only grows at its end, or is replaced. */
export class History {
  #items: ResponseItem[] | undefined = [];
  #drafts = 0;
  readonly #record: HistoryRecord | undefined;

  constructor(record?: HistoryRecord) {
    this.#record = record;
  }

  /** False between `unload` and `restore`, when it must not be used. */
  get loaded(): boolean {
    return this.#items !== undefined;
  }

  /** As they stand; `forModel` is what a request needs. */
  get items(): readonly ResponseItem[] {
    return this.#items ?? [];
  }

  append(items: readonly ResponseItem[]): void {
    const kept = items.filter(isKept);
    this.#drafts = Math.max(0, this.#drafts - kept.length);
    this.#items?.push(...(this.#record?.items(kept) ?? kept));
  }

  /** Lets the record have an item before its answer is complete: a crash shall not lose it. */
  draft(item: ResponseItem): void {
    if (!isKept(item)) return;
    this.#drafts += 1;
    this.#record?.draft(item);
  }

  /** Ends an answer: drafts that were not appended since are no part of the history. */
  dropDrafts(): void {
    if (this.#drafts > 0) this.#record?.dropDrafts();
    this.#drafts = 0;
  }

  /** Puts other items in the place of all, because `summary` says what was there. */
  replace(items: readonly ResponseItem[], summary: string): void {
    this.#items = [...items];
    this.#record?.compacted(summary, items);
  }

  /** Forgets the items; they are in the record. */
  unload(): void {
    this.#items = undefined;
  }

  /** Takes what the record holds. */
  restore(items: readonly ResponseItem[]): void {
    this.#items = [...items];
  }

  /** Everything for the next request; a call that never got its output is answered `aborted`. */
  async forModel(): Promise<ResponseItem[]> {
    const answered = new Set<string>();
    const { items } = this;
    for (const item of items) if (isOutput(item)) answered.add(item.call_id);
    const answeredItems = items.flatMap((item) => {
      if (!isCall(item) || answered.has(callId(item))) return [item];
      // Right behind its call, so that requests keep extending each other for the prompt cache.
      return [item, outputFor(item, "aborted")];
    });
    return (await this.#record?.whole(answeredItems)) ?? answeredItems;
  }
}

/** The later half, without outputs of calls of the earlier one; undefined when there is none. */
export function withoutOldest(items: readonly ResponseItem[]): ResponseItem[] | undefined {
  const kept = items.slice(Math.ceil(items.length / 2));
  if (kept.length === 0 || kept.length === items.length) return undefined;
  const calls = new Set(kept.filter(isCall).map(callId));
  return kept.filter((item) => !isOutput(item) || calls.has(item.call_id));
}

export function isCall(item: ResponseItem): item is CallItem {
  return (
    item.type === "function_call" ||
    item.type === "custom_tool_call" ||
    item.type === "local_shell_call"
  );
}

/** The id that ties a call to its output; older local shell calls only have an item id. */
export function callId(call: CallItem): string {
  return call.call_id ?? call.id ?? "";
}

/** The item that tells the model what came of its call. */
export function outputFor(call: CallItem, output: string): ResponseItem {
  const type =
    call.type === "custom_tool_call" ? "custom_tool_call_output" : "function_call_output";
  return { type, call_id: callId(call), output };
}

function isOutput(
  item: ResponseItem,
): item is Extract<ResponseItem, { type: "function_call_output" | "custom_tool_call_output" }> {
  return item.type === "function_call_output" || item.type === "custom_tool_call_output";
}

// Searches were the provider's own work, and instructions travel beside the items.
function isKept(item: ResponseItem): boolean {
  if (item.type === "web_search_call") return false;
  return item.type !== "message" || item.role !== "system";
}
