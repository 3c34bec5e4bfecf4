import { type ScanWord, wordWorth } from "./scan.ts";
import { aliveBit, type Segment } from "./segment.ts";
import type { Shortlist } from "./shortlist.ts";

/** Letters of a word that can be left out; `place` of what is offered is `at * lettersRoom + letter`. */
export const lettersRoom = 32;

/** Reused for every path: where the letters are found from the front, and from the back. */
const fronts = new Int32Array(lettersRoom);
const backs = new Int32Array(lettersRoom + 1);

/**
 * Offers the paths whose base name has the word but for one of its letters. `variants` are the word
 * without each of them.
 */
export function scanTypos(
  segment: Segment,
  { word, variants }: { word: ScanWord; variants: readonly ScanWord[] },
  into: Pick<Shortlist, "offer">,
): void {
  const { bytes, starts, bases, masks } = segment;
  for (let at = 0; at < masks.length; at += 1) {
    const mask = masks[at] ?? 0;
    const missing = word.mask & ~mask;
    if ((mask & aliveBit) === 0 || (missing & (missing - 1)) !== 0) continue;
    const start = starts[at] ?? 0;
    const end = starts[at + 1] ?? 0;
    const base = start + (bases[at] ?? 0);
    if (end - base < word.bytes.length - 1) continue;
    let best = -1;
    let letter = 0;
    const { first, last } = removable(bytes, word, base, end);
    for (let left = first; left <= last; left += 1) {
      const before = left === 0 ? -1 : (fronts[left - 1] ?? 0);
      const variant = variants[left];
      if (before >= (backs[left + 1] ?? 0) || variant === undefined) continue;
      const worth = wordWorth(bytes, variant, start, base, end);
      if (worth <= best) continue;
      best = worth;
      letter = left;
    }
    if (best < 0) continue;
    into.offer(best * 2 - Math.min(16, (end - base) >> 1), segment, at * lettersRoom + letter);
  }
}

/** Which letters could be the one too many: all before it fit from the front, all behind from the back. */
// oxlint-disable-next-line max-params -- an object for every path would cost more than the search
function removable(
  bytes: Buffer,
  { bytes: word, fold }: ScanWord,
  base: number,
  end: number,
): { first: number; last: number } {
  const length = word.length;
  let fits = 0;
  for (let at = base; at < end && fits < length; at += 1) {
    if (fold[bytes[at] ?? 0] === word[fits]) fronts[fits++] = at;
  }
  // The word itself fits: nothing was mistyped.
  if (fits === length) return none;
  let from = length;
  backs[length] = end;
  for (let at = end - 1; at >= base && from > 0; at -= 1) {
    if (fold[bytes[at] ?? 0] === word[from - 1]) backs[--from] = at;
  }
  if (from - 1 > fits) return none;
  return { first: Math.max(0, from - 1), last: Math.min(fits, length - 1) };
}

const none = { first: 0, last: -1 };
