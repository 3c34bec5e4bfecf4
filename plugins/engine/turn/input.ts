import { readFile } from "node:fs/promises";
import { extname, resolve } from "node:path";
import { errorMessage } from "../../../core/index.ts";
import type { EventOf, InputItem, MessagePart, ResponseItem } from "../../../core/index.ts";
import type { Words } from "./inbox.ts";
import type { Session, TaskContext } from "./task.ts";

type UserMessage = Extract<ResponseItem, { type: "message" }>;

/**
 * The person's own words enter the history once, before anything that answers them. Resolves with
 * what the record tells of them.
 */
export async function takeInput(
  { cwd, history, recorder }: Session,
  words: Words,
): Promise<EventOf<"user_message">> {
  const message = await userMessage(words.items, cwd);
  const event = userEvent(words.items, message);
  history.append([message]);
  recorder.event(event);
  words.taken();
  return event;
}

/** What came in while the model was busy goes into its next request, each message once. */
export async function takeInbox({ inbox, session }: TaskContext): Promise<void> {
  session.history.append(inbox.takePictures());
  for (const words of inbox.takeSaid()) await takeInput(session, words);
}

/** Their message as the model gets it; local images are relative to `cwd`. */
async function userMessage(input: readonly InputItem[], cwd: string): Promise<UserMessage> {
  const content = await Promise.all(input.map((item) => messagePart(item, cwd)));
  return { type: "message", role: "user", content };
}

/** The same for the record: texts joined, images as the model gets them, so that they can be shown. */
function userEvent(input: readonly InputItem[], { content }: UserMessage): EventOf<"user_message"> {
  const texts = input.filter((item) => item.type === "text").map((item) => item.text);
  const images = content.flatMap((part) => (part.type === "input_image" ? [part.image_url] : []));
  return {
    type: "user_message",
    message: texts.join(""),
    kind: "plain",
    ...(images.length > 0 && { images }),
  };
}

async function messagePart(item: InputItem, cwd: string): Promise<MessagePart> {
  if (item.type === "text") return { type: "input_text", text: item.text };
  if (item.type === "image") return { type: "input_image", image_url: item.image_url };
  try {
    return { type: "input_image", image_url: await imageUrl(resolve(cwd, item.path)) };
  } catch (error) {
    // Left out in silence, the model would answer about a picture it never saw.
    const text = `The image ${JSON.stringify(item.path)} cannot be read: ${errorMessage(error)}`;
    return { type: "input_text", text };
  }
}

/** A local file as a data URL. Rejects when it cannot be read. */
export async function imageUrl(path: string, kind = kindByName(path)): Promise<string> {
  const bytes = await readFile(path);
  return `data:${kind};base64,${bytes.toString("base64")}`;
}

function kindByName(path: string): string {
  return imageKinds[extname(path).toLowerCase()] ?? "application/octet-stream";
}

const imageKinds: Readonly<Record<string, string>> = {
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".gif": "image/gif",
  ".webp": "image/webp",
  ".bmp": "image/bmp",
  ".svg": "image/svg+xml",
  ".tif": "image/tiff",
  ".tiff": "image/tiff",
};
