import fuzzysort from "fuzzysort";
import { type Alignment, align, haystackOf } from "./align.ts";
import type { Word } from "./query.ts";

/** A path that matches, and how well. */
export interface Ranked extends Alignment {
  readonly path: string;
  /** How likely this file is the one that is meant; the unit means nothing. */
  readonly meant: number;
}

// Fitted to abbreviations of file names of real packages: a search for the weights under which the
// file that was abbreviated comes first most often (`npm run bench -- intent` shows how often).
const weights = {
  alignment: 0.8,
  fuzzyPath: 7.4,
  fuzzyBase: 1.65,
  wordStarts: 1.9,
  baseStart: 1.75,
  wholeName: 1,
};

/** What is as good within this is put in order by its score, then by its path. */
const grain = 0.25;

/**
 * How well a path answers a query, `undefined` when it does not match. The score alone does not know
 * what people abbreviate: they write file names rather than folders, and start words at their starts.
 */
export function rank(path: string, words: readonly Word[]): Ranked | undefined {
  const haystack = haystackOf(path);
  const found = align(words, haystack);
  if (found === undefined) return undefined;
  const length = words.reduce((sum, word) => sum + word.codes.length, 0);
  // One letter abbreviates nothing.
  if (length < 2) return { ...found, path, meant: found.score };
  const base = path.slice(path.lastIndexOf("/") + 1);
  const text = words.map((word) => word.text).join(" ");
  const { starts, atStart } = baseCover(base, words);
  const exactly =
    (weights.alignment * found.score) / length +
    weights.fuzzyPath * fuzzy(text, path) +
    weights.fuzzyBase * fuzzy(text, base) +
    weights.wordStarts * starts +
    weights.baseStart * (atStart ? 1 : 0) +
    weights.wholeName * (isName(text, base) ? 1 : 0);
  return { ...found, path, meant: Math.round(exactly / grain) * grain };
}

/** From 0 to 1. Prepared here, because fuzzysort would keep every path it prepares itself. */
function fuzzy(query: string, target: string): number {
  return fuzzysort.single(query, fuzzysort.prepare(target))?.score ?? 0;
}

/** The part of the words of a file name that are hit at their start, and whether the first letter is. */
function baseCover(base: string, words: readonly Word[]): { starts: number; atStart: boolean } {
  const dot = base.lastIndexOf(".");
  const stem = dot > 0 ? dot : base.length;
  const haystack = haystackOf(base);
  const hit = new Set(words.flatMap((word) => align([word], haystack)?.indices ?? []));
  let all = 0;
  let hits = 0;
  for (let at = 0; at < Math.min(stem, haystack.length); at += 1) {
    if ((haystack.bonuses[at] ?? 0) === 0 || !isAlphanumeric(haystack.codes[at] ?? 0)) continue;
    all += 1;
    if (hit.has(at)) hits += 1;
  }
  return { starts: all === 0 ? 0 : hits / all, atStart: hit.has(0) };
}

function isAlphanumeric(code: number): boolean {
  const lower = code | 32;
  return (lower >= 97 && lower <= 122) || (code >= 48 && code <= 57) || code >= 128;
}

function isName(query: string, base: string): boolean {
  const wanted = query.toLowerCase();
  const name = base.toLowerCase();
  return name === wanted || (name.startsWith(wanted) && name.lastIndexOf(".") === wanted.length);
}
