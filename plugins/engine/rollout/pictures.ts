import { randomUUID } from "node:crypto";
import { open, type FileHandle } from "node:fs/promises";
import { isJsonObject } from "../../../core/index.ts";
import type { JsonValue, MessagePart, ResponseItem } from "../../../core/index.ts";

/** Where a line of a record stands. */
export interface Place {
  readonly offset: number;
  readonly bytes: number;
  /** The item of a line that holds several. */
  readonly index?: number;
}

type Picture = Extract<MessagePart, { type: "input_image" }>;

// Nobody can guess it, so no picture's address is ever taken for one of ours.
const mark = `record:${randomUUID()}:`;
/** Characters; a shorter address is no burden. */
const shortest = 1024;

export function hasPictures(item: ResponseItem): boolean {
  return item.type === "message" && item.content.some(isHeavy);
}

/** The item without the bytes of its pictures, which stay in the record. */
export function shelve(item: ResponseItem, place: Place): ResponseItem {
  if (item.type !== "message" || !hasPictures(item)) return item;
  const { offset, bytes, index = -1 } = place;
  const content = item.content.map((part, at): MessagePart => {
    if (!isHeavy(part)) return part;
    return { ...part, image_url: `${mark}${[offset, bytes, index, at].join(":")}` };
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
    if (!isMarked(part)) content.push(part);
    else content.push((await readPicture(file, part)) ?? lost);
  }
  return { ...item, content };
}

async function readPicture(
  file: FileHandle | undefined,
  { image_url: address, ...part }: Picture,
): Promise<Picture | undefined> {
  const [offset = 0, bytes = 0, index = 0, at = 0] = address
    .slice(mark.length)
    .split(":")
    .map(Number);
  try {
    const line = await file?.read(Buffer.alloc(bytes), 0, bytes, offset);
    const { payload } = JSON.parse(line?.buffer.toString("utf8") ?? "") as Record<
      string,
      JsonValue
    >;
    const url = member(payload, [
      ...(index < 0 ? [] : ["replacement_history", index]),
      "content",
      at,
    ]);
    return isJsonObject(url) && typeof url["image_url"] === "string"
      ? { ...part, image_url: url["image_url"] }
      : undefined;
  } catch {
    return undefined;
  }
}

function member(
  value: JsonValue | undefined,
  path: readonly (string | number)[],
): JsonValue | undefined {
  let found = value;
  for (const step of path) {
    if (Array.isArray(found)) found = found[Number(step)];
    else found = isJsonObject(found) ? found[String(step)] : undefined;
  }
  return found;
}

function isHeavy(part: MessagePart): part is Picture {
  return (
    part.type === "input_image" &&
    part.image_url.length > shortest &&
    part.image_url.startsWith("data:")
  );
}

function isMarked(part: MessagePart): part is Picture {
  return part.type === "input_image" && part.image_url.startsWith(mark);
}

function isShelved(item: ResponseItem): boolean {
  return item.type === "message" && item.content.some(isMarked);
}

const lost: MessagePart = {
  type: "input_text",
  text: "[a picture that can no longer be read from the conversation's record]",
};
