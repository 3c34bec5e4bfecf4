import { stripVTControlCharacters } from "node:util";

/** Columns of the terminal now; undefined where there is none, and nothing is broken. */
export type Width = () => number | undefined;

// Scripts whose characters take two columns, and pictures.
const wide =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{1f300}-\u{1faff}\u{20000}-\u{3fffd}]/u;
const none = /[\p{M}\p{Cf}]/u;

/** Columns that a text takes, colours aside. */
export function columnsOf(text: string): number {
  let columns = 0;
  for (const character of stripVTControlCharacters(text)) {
    if (!none.test(character)) columns += wide.test(character) ? 2 : 1;
  }
  return columns;
}

/**
 * Breaks prose between words as it streams in. The last word is held back until it is known to end;
 * what stands between lines of three backquotes is code, and left as it is.
 */
export class Prose {
  readonly #width: Width;
  #column = 0;
  #blanks = "";
  #word = "";
  /** What the line began with, to see backquotes. */
  #start = "";
  #isCode = false;

  constructor(width: Width) {
    this.#width = width;
  }

  /** What can be printed now. */
  add(text: string): string {
    if (this.#width() === undefined) return text;
    let printed = "";
    for (const part of text.match(/\n|[^\S\n]+|\S+/g) ?? []) {
      if (part.trim() !== "") {
        this.#word += part;
        continue;
      }
      printed += this.#flush();
      if (part === "\n") printed += this.#newLine();
      else this.#blanks += part;
    }
    return printed;
  }

  /** What was held back; the next text begins a line. */
  end(): string {
    const last = this.#flush();
    this.#newLine();
    this.#isCode = false;
    return last;
  }

  #newLine(): string {
    if (this.#start.startsWith("```")) this.#isCode = !this.#isCode;
    this.#start = "";
    this.#blanks = "";
    this.#column = 0;
    return "\n";
  }

  #flush(): string {
    if (this.#word === "") return "";
    const [word, blanks, width] = [this.#word, this.#blanks, this.#width() ?? Infinity];
    this.#word = "";
    this.#blanks = "";
    if (this.#start === "") this.#start = word;
    const needed = columnsOf(blanks) + columnsOf(word);
    // A word longer than a line stays whole: it may be an address to click on.
    const breaks = !this.#isCode && this.#column > 0 && this.#column + needed > width;
    this.#column = breaks ? columnsOf(word) : this.#column + needed;
    return breaks ? `\n${word}` : blanks + word;
  }
}

/** A whole text of prose. */
export function wrapped(text: string, width: Width): string {
  const prose = new Prose(width);
  return prose.add(text) + prose.end();
}

/** A line in pieces of no more columns than there are beside a prefix of this many. */
export function pieces(line: string, width: Width, prefix: number): string[] {
  const room = (width() ?? Infinity) - prefix;
  if (room < 10 || columnsOf(line) <= room) return [line];
  const found: string[] = [];
  let piece = "";
  let taken = 0;
  for (const character of line) {
    const columns = columnsOf(character);
    if (taken + columns > room) {
      found.push(piece);
      [piece, taken] = ["", 0];
    }
    piece += character;
    taken += columns;
  }
  return [...found, piece];
}
