import { open } from "node:fs/promises";
import type { ConversationSummary } from "../../../core/index.ts";
import { parseLine, splitLines, type Line } from "./lines.ts";
import { isId } from "./path.ts";

/** Where a person's message begins when an editor put its own context before it. */
const requestMark = "## My request for Codex:";
const mostRecords = 10;
const firstChunkBytes = 16 << 10;

/** The id in the first lines of a record, whatever its file is called. */
export async function readId(path: string): Promise<string | undefined> {
  for await (const { type, payload } of headLines(path)) {
    if (type === "session_meta" && isId(payload?.["id"])) return payload["id"];
  }
  return undefined;
}

/**
 * What a list shows of a conversation; `undefined` for one that nobody has said anything in, that
 * comes from elsewhere than `sources`, or whose first records are not those of a conversation.
 */
export async function readSummary(
  path: string,
  sources?: readonly string[],
): Promise<ConversationSummary | undefined> {
  try {
    const head = await readHead(path);
    if (head?.said !== true) return undefined;
    const { source, said: _, ...summary } = head;
    const fits = sources === undefined || source === undefined || isOneOf(sources, source);
    return fits ? summary : undefined;
  } catch {
    // Moved away or unreadable: not something a list can show.
    return undefined;
  }
}

interface Head extends ConversationSummary {
  /** What the record says; not always a text. */
  readonly source?: unknown;
  /** Whether a person has said anything. */
  readonly said: boolean;
}

/** What the first lines say; `undefined` when they do not say whose they are. */
export async function readHead(path: string): Promise<Head | undefined> {
  let head: Head | undefined;
  for await (const { type, payload } of headLines(path)) {
    if (type === "session_meta" && isId(payload?.["id"]) && head === undefined) {
      const { id, timestamp, source, model_provider: modelProvider } = payload;
      head = {
        id,
        path,
        preview: "",
        said: false,
        ...(typeof timestamp === "string" && { timestamp }),
        ...(typeof modelProvider === "string" && { modelProvider }),
        ...(source !== undefined && { source }),
      };
    }
    const said = type === "event_msg" ? messageOf(payload) : undefined;
    if (head !== undefined && said !== undefined) {
      return { ...head, said: true, preview: previewOf(said) };
    }
  }
  return head;
}

function isOneOf(words: readonly string[], value: unknown): boolean {
  return typeof value === "string" && words.includes(value);
}

function messageOf(payload: Line["payload"]): string | undefined {
  const { type, kind = "plain", message } = payload ?? {};
  if (type !== "user_message" || kind !== "plain") return undefined;
  return typeof message === "string" ? message : undefined;
}

function previewOf(message: string): string {
  const at = message.indexOf(requestMark);
  return at === -1 ? message : message.slice(at + requestMark.length).trim();
}

/** The lines up to the tenth record and the events behind it; the rest of the file is not read. */
async function* headLines(path: string): AsyncGenerator<Line> {
  const file = await open(path);
  try {
    let rest: Buffer = Buffer.alloc(0);
    let records = 0;
    // Doubled each time, so that a line with a picture in it is not put together piece by piece.
    for (let chunk = firstChunkBytes; ; chunk *= 2) {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(chunk), 0, chunk);
      const bytes = Buffer.concat([rest, buffer.subarray(0, bytesRead)]);
      const whole = bytesRead === 0 ? bytes.length : bytes.lastIndexOf(10) + 1;
      for (const { text } of splitLines(bytes.subarray(0, whole))) {
        const line = parseLine(text);
        if (line === undefined) continue;
        if (line.type === "session_meta" || line.type === "response_item") records += 1;
        if (records > mostRecords) return;
        yield line;
      }
      if (bytesRead === 0) return;
      rest = bytes.subarray(whole);
    }
  } finally {
    await file.close();
  }
}
