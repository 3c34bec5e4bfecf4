import { lowerCode, plainCode } from "./characters.ts";

/** One word of a query. All of its characters must occur in a path, in their order. */
export interface Word {
  readonly text: string;
  /** Code points, in lower case where case does not matter. */
  readonly codes: readonly number[];
  /** An upper-case letter asks for exactly what is written. */
  readonly exactCase: boolean;
  /** A letter with an accent asks for that accent. */
  readonly exactAccents: boolean;
}

/** The words of a query; a backslash before a space makes it part of a word. */
export function parseQuery(query: string): Word[] {
  const parts = query.match(/(?:\\\s|\S)+/g) ?? [];
  return parts.map((part) => makeWord(part.replaceAll(/\\(\s)/g, "$1")));
}

export function makeWord(text: string): Word {
  const given = Array.from(text, (char) => char.codePointAt(0) ?? 0);
  const exactCase = given.some((code) => lowerCode(code) !== code);
  const exactAccents = given.some((code) => plainCode(code) !== code);
  return { text, codes: exactCase ? given : given.map(lowerCode), exactCase, exactAccents };
}
