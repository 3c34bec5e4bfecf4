import { stripVTControlCharacters } from "node:util";

/** Text of models and commands without what would drive the terminal: it is to be read only. */
export function clean(text: string): string {
  return stripVTControlCharacters(text).replaceAll(/(?![\t\n])\p{Cc}/gu, "\u{fffd}");
}
