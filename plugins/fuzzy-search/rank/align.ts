import { byteBonuses, bonusOf, lowerCode, plainCode } from "./characters.ts";
import type { Word } from "./query.ts";

/** A path as the aligner reads it. */
export interface Haystack {
  readonly codes: Int32Array;
  readonly bonuses: Uint8Array;
  readonly length: number;
  /** Places are bytes. */
  readonly ascii: boolean;
  /** The codes in lower case. */
  readonly lower: Int32Array;
}

/** The best alignment of all words: the sum of their scores, and the places in ascending order. */
export interface Alignment {
  readonly score: number;
  readonly indices: number[];
}

const perMatch = 16;
const gapStart = 3;
const runBonus = 4;
const boundary = 8;

const segmenter = new Intl.Segmenter(undefined, { granularity: "grapheme" });

/**
 * A path's characters. Places count the first character of each grapheme when one of these is not
 * ASCII, and bytes otherwise, which is what clients of this protocol highlight by.
 */
export function haystackOf(path: string): Haystack {
  let codes: Int32Array;
  let ascii = true;
  if (/^[\0-\x7f]*$/.test(path)) {
    codes = new Int32Array(path.length);
    for (let at = 0; at < path.length; at += 1) codes[at] = path.charCodeAt(at);
  } else {
    const first = Array.from(segmenter.segment(path), (one) => one.segment.codePointAt(0) ?? 0);
    ascii = first.every((code) => code < 128);
    codes = Int32Array.from(ascii ? Buffer.from(path) : first);
  }
  const bonuses = new Uint8Array(codes.length);
  const lower = new Int32Array(codes.length);
  let before: number | undefined;
  for (let at = 0; at < codes.length; at += 1) {
    const code = codes[at] ?? 0;
    bonuses[at] =
      before !== undefined && before < 128 && code < 128
        ? (byteBonuses[(before << 8) | code] ?? 0)
        : bonusOf(before, code);
    lower[at] = code >= 65 && code <= 90 ? code + 32 : code < 128 ? code : lowerCode(code);
    before = code;
  }
  return { codes, bonuses, length: codes.length, ascii, lower };
}

/** The best alignment of every word, `undefined` when one of them does not occur. */
export function align(words: readonly Word[], haystack: Haystack): Alignment | undefined {
  let score = 0;
  const places = new Set<number>();
  for (const word of words) {
    const found = alignWord(word, haystack);
    if (found === undefined) return undefined;
    score += found.score;
    for (const place of found.indices) places.add(place);
  }
  return { score, indices: [...places].toSorted((a, b) => a - b) };
}

function folded(word: Word, { codes, lower, length, ascii }: Haystack): Int32Array {
  const cased = word.exactCase ? codes : lower;
  if (ascii || word.exactAccents) return cased;
  const result = new Int32Array(length);
  for (let at = 0; at < length; at += 1) {
    const code = plainCode(codes[at] ?? 0);
    result[at] = word.exactCase ? code : lowerCode(code);
  }
  return result;
}

export function alignWord(word: Word, haystack: Haystack): Alignment | undefined {
  const needle = word.codes;
  const codes = folded(word, haystack);
  let from = 0;
  for (const [row, wanted] of needle.entries()) {
    while (from < codes.length && codes[from] !== wanted) from += 1;
    if (from === codes.length) return undefined;
    if (row >= firsts.length) firsts = longer(firsts);
    firsts[row] = from;
    from += 1;
  }
  const [only] = needle;
  if (only === undefined) return { score: 0, indices: [] };
  if (needle.length === 1) return bestPlace(only, codes, haystack);
  return new Table(needle, codes).best(haystack.bonuses);
}

/**
 * A single character takes its first place of the highest bonus. In a path with other than ASCII
 * characters the reference takes the place before it for what comes before a place: kept, so that
 * scores stay comparable.
 */
function bestPlace(code: number, codes: Int32Array, haystack: Haystack): Alignment {
  let best = -1;
  let bonus = -1;
  let before: number | undefined;
  for (let at = codes.indexOf(code); at >= 0; at = codes.indexOf(code, at + 1)) {
    const now = haystack.codes[at] ?? 0;
    const own = haystack.bonuses[at] ?? 0;
    const here = haystack.ascii || before === undefined ? own : bonusOf(before, now);
    before = now;
    if (here <= bonus) continue;
    bonus = here;
    best = at;
  }
  return { score: perMatch + 2 * bonus, indices: [best] };
}

const fromMatch = 1;
const gapFromMatch = 2;

// Used again for every alignment: making them anew would cost more than aligning.
/** Where each character of the word can stand first. */
let firsts = new Int32Array(64);
let rowScores = new Int32Array(256);
let rowRuns = new Int32Array(256);
let nextScores = new Int32Array(256);
let nextRuns = new Int32Array(256);
let allWays = new Int32Array(4096);

function longer(array: Int32Array<ArrayBuffer>, least = 0): Int32Array<ArrayBuffer> {
  const result = new Int32Array(Math.max(array.length * 2, least));
  result.set(array);
  return result;
}

/** All alignments of one word at once: row by row through its characters. */
class Table {
  readonly #needle: readonly number[];
  readonly #codes: Int32Array;
  readonly #width: number;
  /** How each cell was reached: bits for its match and for the gap that ends there. */
  readonly #ways: Int32Array;
  /** Scores of matches in the row above, by column; 0 is no match. */
  #scores: Int32Array<ArrayBuffer>;
  /** The bonus at which the run of such a match goes on. */
  #runs: Int32Array<ArrayBuffer>;

  constructor(needle: readonly number[], codes: Int32Array) {
    this.#needle = needle;
    this.#codes = codes;
    this.#width = codes.lastIndexOf(needle.at(-1) ?? 0) + 1;
    const cells = needle.length * this.#width;
    if (cells > allWays.length) allWays = longer(allWays, cells);
    if (this.#width > rowScores.length) {
      rowScores = longer(rowScores, this.#width);
      rowRuns = longer(rowRuns, this.#width);
      nextScores = longer(nextScores, this.#width);
      nextRuns = longer(nextRuns, this.#width);
    }
    this.#ways = allWays.fill(0, 0, cells);
    this.#scores = rowScores.fill(0, 0, this.#width);
    this.#runs = rowRuns;
  }

  best(bonuses: Uint8Array): Alignment {
    for (let at = firsts[0] ?? 0; at < this.#width; at += 1) {
      if (this.#codes[at] !== this.#needle[0]) continue;
      const bonus = bonuses[at] ?? 0;
      this.#scores[at] = perMatch + 2 * bonus;
      this.#runs[at] = bonus;
    }
    for (let row = 1; row < this.#needle.length; row += 1) this.#nextRow(row, bonuses);
    let end = 0;
    let score = 0;
    // Of equal ones the last.
    for (let at = 0; at < this.#width; at += 1) {
      if ((this.#scores[at] ?? 0) < score) continue;
      score = this.#scores[at] ?? 0;
      end = at;
    }
    return { score, indices: this.#trace(end) };
  }

  #nextRow(row: number, bonuses: Uint8Array): void {
    const width = this.#width;
    const codes = this.#codes;
    const ways = this.#ways;
    const aboveScores = this.#scores;
    const aboveRuns = this.#runs;
    const scores = (aboveScores === rowScores ? nextScores : rowScores).fill(0, 0, width);
    const runs = aboveRuns === rowRuns ? nextRuns : rowRuns;
    const above = (row - 1) * width;
    const first = firsts[row] ?? 0;
    const wanted = this.#needle[row];
    let gap = 0;
    let matchBefore = 0;
    for (let at = firsts[row - 1] ?? 0; at + 1 < width; at += 1) {
      // The gap that ends at this column, from the column before it; scores never fall below 0.
      const opened = matchBefore > gapStart ? matchBefore - gapStart : 0;
      const wider = gap > 1 ? gap - 1 : 0;
      gap = opened > wider ? opened : wider;
      if (opened > wider) ways[above + at] = (ways[above + at] ?? 0) | gapFromMatch;
      matchBefore = aboveScores[at] ?? 0;
      const next = at + 1;
      if (next < first || codes[next] !== wanted) continue;
      const bonus = bonuses[next] ?? 0;
      let run = aboveRuns[at] ?? 0;
      if (run < runBonus) run = runBonus;
      if (bonus >= boundary && bonus > run) run = bonus;
      const skipping = gap + bonus;
      const going = matchBefore === 0 ? -1 : matchBefore + (run > bonus ? run : bonus);
      const goesOn = going > skipping;
      scores[next] = perMatch + (goesOn ? going : skipping);
      runs[next] = goesOn ? run : bonus;
      if (goesOn) ways[row * width + next] = fromMatch;
    }
    this.#scores = scores;
    this.#runs = runs;
  }

  #trace(end: number): number[] {
    const indices = [end];
    let at = end;
    for (let row = this.#needle.length - 1; row > 0; row -= 1) {
      let inMatch = ((this.#ways[row * this.#width + at] ?? 0) & fromMatch) !== 0;
      at -= 1;
      const above = (row - 1) * this.#width;
      while (!inMatch && at > 0) {
        inMatch = ((this.#ways[above + at] ?? 0) & gapFromMatch) !== 0;
        at -= 1;
      }
      indices.push(at);
    }
    return indices.toReversed();
  }
}
