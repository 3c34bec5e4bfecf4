import { open, type FileHandle } from "node:fs/promises";
import type { MessagePart, ResponseItem } from "../../../core/index.ts";

type Picture = Extract<MessagePart, { type: "input_image" }>;

let mark = "";
/** Characters; a shorter address is no burden. */
const shortest = 1024;

export function hasPictures(item: ResponseItem): boolean {
  return item.type === "message" && item.content.some(isHeavy);
}

/**
 * The item without the bytes of its pictures, which stay in the record: in this line, which begins at
 * this byte of it.
 */
export function shelve(item: ResponseItem, line: string, offset: number): ResponseItem {
  if (item.type !== "message" || !hasPictures(item)) return item;
  const content = item.content.map((part): MessagePart => {
    if (!isHeavy(part)) return part;
    const at = line.indexOf(part.image_url);
    // Whoever wrote the line may have escaped what need not be: then it is not there as it is.
    if (at === -1) return part;
    const from = offset + Buffer.byteLength(line.slice(0, at));
    return { ...part, image_url: `${ownMark()}${from}:${part.image_url.length}` };
  });
  return { ...item, content };
}

/**
 * The items with their pictures as they were recorded, whatever became of the files they are from.
 * What the record no longer has is replaced by words.
 */
export async function fillFrom(
  path: string,
  items: readonly ResponseItem[],
): Promise<ResponseItem[]> {
  if (!items.some(isShelved)) return [...items];
  const file = await open(path).catch(() => undefined);
  try {
    // One after the other: a conversation may hold more pictures than files may be read at once.
    const filled: ResponseItem[] = [];
    for (const item of items) filled.push(await fillItem(file, item));
    return filled;
  } finally {
    await file?.close();
  }
}

async function fillItem(file: FileHandle | undefined, item: ResponseItem): Promise<ResponseItem> {
  if (item.type !== "message" || !isShelved(item)) return item;
  const content: MessagePart[] = [];
  for (const part of item.content) {
    const url = isMarked(part) ? await readAddress(file, part.image_url) : undefined;
    if (!isMarked(part)) content.push(part);
    else content.push(url === undefined ? lost : { ...part, image_url: url });
  }
  return { ...item, content };
}

async function readAddress(
  file: FileHandle | undefined,
  address: string,
): Promise<string | undefined> {
  const [from = 0, bytes = 0] = address.slice(mark.length).split(":").map(Number);
  try {
    const read = await file?.read(Buffer.allocUnsafe(bytes), 0, bytes, from);
    // An address has no letters beyond ASCII, so each byte is one.
    const url = read?.buffer.toString("latin1", 0, read.bytesRead);
    return url?.length === bytes && /^data:[^"\\]+$/.test(url) ? url : undefined;
  } catch {
    return undefined;
  }
}

function isHeavy(part: MessagePart): part is Picture {
  if (part.type !== "input_image" || part.image_url.length <= shortest) return false;
  return /^data:[!-~]+$/.test(part.image_url);
}

function isMarked(part: MessagePart): part is Picture {
  return part.type === "input_image" && part.image_url.startsWith(ownMark());
}

function isShelved(item: ResponseItem): boolean {
  return item.type === "message" && item.content.some(isMarked);
}

const lost: MessagePart = {
  type: "input_text",
  text: "[a picture that can no longer be read from the conversation's record]",
};

// Nobody can guess it, so no picture's address is ever taken for one of ours. Made with the first
// picture: node:crypto is slow to load.
function ownMark(): string {
  mark ||= `record:${process.getBuiltinModule("node:crypto").randomUUID()}:`;
  return mark;
}
