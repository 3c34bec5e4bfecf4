import { lettersRoom, scanTypos } from "../index/scan-typos.ts";
import { scanWords } from "../index/scan.ts";
import type { Segment } from "../index/segment.ts";
import { Shortlist } from "../index/shortlist.ts";
import { politely } from "../index/turn.ts";
import { type Ranked, rank } from "../rank/meant.ts";
import { makeWord, type Word } from "../rank/query.ts";

/** A query with an average below this was perhaps not meant as it stands. */
const weakPerLetter = 21;
/** What is found with a letter less must fit this well for each of the others. */
const goodPerLetter = 20;
const fewestLetters = 5;
const mostLetters = 24;
const penalty = 2.5;
const scorePenalty = 24;
const shortlisted = 60;

/** Whether the best that was found is so weak that the person may have mistyped. */
export function looksMistyped(words: readonly Word[], best: Ranked | undefined): boolean {
  const [word] = words;
  if (word === undefined || words.length > 1) return false;
  const length = word.codes.length;
  if (length < fewestLetters || length > mostLetters) return false;
  return best === undefined || best.score / length < weakPerLetter;
}

/**
 * What is found when one letter of the word is left out. That mends a wrong, a doubled and a swapped
 * letter; a forgotten one needs no mending.
 */
export async function withoutOneLetter(
  [word]: readonly Word[],
  segments: readonly Segment[],
  signal: AbortSignal,
): Promise<Ranked[]> {
  if (word === undefined) return [];
  const letters = Array.from(word.text);
  const words = letters.map((_, left) => makeWord(letters.toSpliced(left, 1).join("")));
  const [scanWord] = scanWords([word]);
  // Letters of several bytes are left to those who type them well.
  if (scanWord === undefined || scanWord.bytes.length !== letters.length) return [];
  const typed = { word: scanWord, variants: scanWords(words) };
  const shortlist = new Shortlist(shortlisted);
  const pause = politely();
  for (const segment of segments.slice()) {
    scanTypos(segment, typed, shortlist);
    await pause();
    if (signal.aborted) return [];
  }
  const least = goodPerLetter * (letters.length - 1);
  const found: Ranked[] = [];
  for (const { segment, at } of shortlist.best()) {
    const left = words[at % lettersRoom];
    const path = segment.path(Math.floor(at / lettersRoom));
    const ranked = left === undefined ? undefined : rank(path, [left]);
    if (ranked === undefined || ranked.score < least) continue;
    const score = Math.max(1, ranked.score - scorePenalty);
    found.push({ ...ranked, meant: ranked.meant - penalty, score });
  }
  return found;
}
