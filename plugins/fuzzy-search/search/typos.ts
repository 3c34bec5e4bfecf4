import type { Segment } from "../index/segment.ts";
import type { Ranked } from "../rank/meant.ts";
import { makeWord, type Word } from "../rank/query.ts";
import { Collector } from "./collector.ts";

/** A query with an average below this was perhaps not meant as it stands. */
const weakPerLetter = 21;
/** What is found with a letter less must fit this well for each of the others. */
const goodPerLetter = 20;
const fewestLetters = 5;
const mostLetters = 24;
const penalty = 2.5;
const scorePenalty = 24;

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
export function* withoutOneLetter(
  [word]: readonly Word[],
  segments: readonly Segment[],
): Generator<Ranked[]> {
  const letters = Array.from(word?.text ?? "");
  const tried = new Set<string>();
  for (let left = 0; left < letters.length; left += 1) {
    const text = letters.toSpliced(left, 1).join("");
    if (tried.has(text)) continue;
    tried.add(text);
    const collector = new Collector([makeWord(text)], "meant");
    for (const segment of segments) collector.add(segment);
    const least = goodPerLetter * (letters.length - 1);
    yield collector
      .ranked()
      .filter(({ score }) => score >= least)
      .map((found) => ({
        ...found,
        meant: found.meant - penalty,
        score: Math.max(1, found.score - scorePenalty),
      }));
  }
}
