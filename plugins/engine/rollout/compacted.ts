import type { ResponseItem } from "../../../core/index.ts";
import { characterStart } from "../exec/output.ts";

/** Bytes of the person's messages that are quoted after a compaction. */
export const mostQuoted = 80_000;

const beforeQuotes =
  "You were working on a task, and the conversation grew too long. These were the user's messages:";
const beforeNote = "This is the note you left for yourself:";

/**
 * The history after a compaction: what the conversation opened with, then one message that quotes
 * the person's earlier ones and the summary. Records of other programs hold the summary alone.
 */
export function rebuildCompacted(
  before: readonly ResponseItem[],
  summary: string,
  quotedBytes = mostQuoted,
): ResponseItem[] {
  const first = before.findIndex((item) => isMessage(item) && !isOpening(item));
  const opening = first === -1 ? before : before.slice(0, first);
  const texts = before
    .filter(isMessage)
    .filter((item) => item.role === "user" && !isOpening(item))
    .map(quoteOf);
  const said = texts.filter((text) => text !== "").join("\n\n");
  const quotes = cutMiddle(said, quotedBytes) || "(none)";
  const text = [beforeQuotes, quotes, beforeNote, summary].join("\n\n");
  return [...opening, { type: "message", role: "user", content: [{ type: "input_text", text }] }];
}

/** Pictures stay behind, and the model shall know of it; those without words came from its own calls. */
function quoteOf(message: Message): string {
  const text = quotedIn(textOf(message));
  const pictures = message.content.filter(({ type }) => type === "input_image").length;
  if (text === "" || pictures === 0) return text;
  return `${text}\n[with ${pictures === 1 ? "a picture" : `${pictures} pictures`}, no longer in view]`;
}

/** Of an earlier compaction, what the person had said by then: its note went into the new one. */
function quotedIn(text: string): string {
  if (!text.startsWith(beforeQuotes)) return text;
  const end = text.lastIndexOf(`\n\n${beforeNote}\n\n`);
  return text.slice(beforeQuotes.length, end === -1 ? undefined : end).trim();
}

type Message = Extract<ResponseItem, { type: "message" }>;

function isMessage(item: ResponseItem): item is Message {
  return item.type === "message";
}

function isOpening(item: ResponseItem): boolean {
  if (!isMessage(item)) return false;
  if (item.role === "developer") return true;
  return /^<(user_instructions|environment_context)>/.test(textOf(item));
}

function textOf(item: ResponseItem): string {
  if (!isMessage(item)) return "";
  return item.content.flatMap((part) => ("text" in part ? [part.text] : [])).join("");
}

function cutMiddle(text: string, most: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= most) return text;
  const half = Math.floor(most / 2);
  // Four bytes are about one token.
  const tokens = Math.ceil((bytes.length - most) / 4);
  const head = bytes.subarray(0, characterStart(bytes, half, -1));
  const tail = bytes.subarray(characterStart(bytes, bytes.length - half, 1));
  return `${head.toString()}…${tokens} tokens truncated…${tail.toString()}`;
}
