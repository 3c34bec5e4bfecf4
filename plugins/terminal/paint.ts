import { styleText } from "node:util";
import type { Writable } from "node:stream";

/** Adds colour and weight to a text. */
export type Paint = (format: Format, text: string) => string;
export type Format = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";

/** Colours for this stream: none where it is no terminal or `NO_COLOR` is set. */
export function paintFor(stream: Writable): Paint {
  return (format, text) => styleText(format, text, { stream });
}

/** Leaves texts as they are. */
export const plain: Paint = (_, text) => text;
