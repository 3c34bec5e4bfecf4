/** The four ways to compare lines, from strict to lenient. */
export const levels: readonly ((line: string) => string)[] = [
  (line) => line,
  (line) => line.trimEnd(),
  (line) => line.trim(),
  (line) => plain(line.trim()),
];

interface Level {
  readonly ids: ReadonlyMap<string, number>;
  readonly lines: Int32Array;
}

/**
 * Finds blocks of lines in one file. Lines become numbers once for each level, so a search costs
 * time linear in the file, however often lines repeat.
 */
export class LineIndex {
  readonly #lines: readonly string[];
  readonly #levels: Level[] = [];

  constructor(lines: readonly string[]) {
    this.#lines = lines;
  }

  /** Where `block` begins, at or after `from`; with `atEnd` only where it ends the file. */
  find(block: readonly string[], from: number, atEnd = false): number | undefined {
    const end = this.#lines.length - block.length;
    if (end < from) return undefined;
    for (const [depth, normalise] of levels.entries()) {
      const level = this.#level(depth, normalise);
      const wanted = block.map((line) => level.ids.get(normalise(line)) ?? -1);
      if (wanted.includes(-1)) continue;
      const found = atEnd ? matchesAt(level.lines, wanted, end) : search(level.lines, wanted, from);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #level(depth: number, normalise: (line: string) => string): Level {
    const known = this.#levels[depth];
    if (known !== undefined) return known;
    const ids = new Map<string, number>();
    const lines = new Int32Array(this.#lines.length);
    for (const [at, line] of this.#lines.entries()) {
      const text = normalise(line);
      let id = ids.get(text);
      if (id === undefined) ids.set(text, (id = ids.size));
      lines[at] = id;
    }
    const level = { ids, lines };
    this.#levels[depth] = level;
    return level;
  }
}

function matchesAt(lines: Int32Array, wanted: readonly number[], at: number): number | undefined {
  return wanted.every((id, offset) => lines[at + offset] === id) ? at : undefined;
}

/** Knuth-Morris-Pratt: no line of the file is looked at twice from the start of the block. */
function search(lines: Int32Array, wanted: readonly number[], from: number): number | undefined {
  if (wanted.length === 0) return from;
  const fallback = fallbacks(wanted);
  let matched = 0;
  for (let at = from; at < lines.length; at += 1) {
    while (matched > 0 && lines[at] !== wanted[matched]) matched = fallback[matched - 1] ?? 0;
    if (lines[at] === wanted[matched]) matched += 1;
    if (matched === wanted.length) return at + 1 - matched;
  }
  return undefined;
}

/** For each prefix of the block, the length of its longest proper prefix that is also its suffix. */
function fallbacks(wanted: readonly number[]): Int32Array {
  const table = new Int32Array(wanted.length);
  let length = 0;
  for (let at = 1; at < wanted.length; at += 1) {
    while (length > 0 && wanted[at] !== wanted[length]) length = table[length - 1] ?? 0;
    if (wanted[at] === wanted[length]) length += 1;
    table[at] = length;
  }
  return table;
}

/** Maps typographic dashes, quotes and spaces to what a keyboard gives. */
function plain(line: string): string {
  return line
    .replace(/[\u2010-\u2015\u2212]/g, "-")
    .replace(/[\u2018-\u201B]/g, "'")
    .replace(/[\u201C-\u201F]/g, '"')
    .replace(/[\u00A0\u2002-\u200A\u202F\u205F\u3000]/g, " ");
}
