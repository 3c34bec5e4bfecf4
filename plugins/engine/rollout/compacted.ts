import type { ResponseItem } from "../../../core/index.ts";

/** Bytes of the person's messages that are quoted after a compaction. */
const mostQuoted = 80_000;

/**
 * The history after a compaction whose record holds the summary alone: what the conversation opened
 * with, then one message that quotes the person's earlier ones and the summary.
 */
export function rebuildCompacted(before: readonly ResponseItem[], summary: string): ResponseItem[] {
  const first = before.findIndex((item) => isMessage(item) && !isOpening(item));
  const opening = first === -1 ? before : before.slice(0, first);
  const quoted = before.filter((item) => isMessage(item) && item.role === "user");
  const texts = quoted.filter((item) => !isOpening(item)).map(textOf);
  const said = texts.filter((one) => one !== "").join("\n\n");
  const text = [
    "You were working on a task, and the conversation grew too long. These were the user's messages:",
    cutMiddle(said) || "(none)",
    "This is the note you left for yourself:",
    summary,
  ].join("\n\n");
  return [...opening, { type: "message", role: "user", content: [{ type: "input_text", text }] }];
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

function cutMiddle(text: string): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= mostQuoted) return text;
  const half = mostQuoted / 2;
  // Four bytes are about one token.
  const tokens = Math.ceil((bytes.length - mostQuoted) / 4);
  const head = bytes.toString("utf8", 0, half);
  const tail = bytes.toString("utf8", bytes.length - half);
  return `${head}…${tokens} tokens truncated…${tail}`;
}
