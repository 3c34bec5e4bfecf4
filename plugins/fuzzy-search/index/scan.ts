import { byteBonuses as bonuses } from "../rank/characters.ts";
import type { Word } from "../rank/query.ts";
import { aliveBit, byteBits, type Segment, withoutAccents } from "./segment.ts";
import type { Shortlist } from "./shortlist.ts";

/** A word as bytes. */
export interface ScanWord {
  readonly bytes: Uint8Array;
  /** From a byte of a path to the byte it counts as: lower case, or itself. */
  readonly fold: Uint8Array;
  readonly mask: number;
}

const ignoringCase = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 65 && byte <= 90 ? byte + 32 : byte,
);
const keepingCase = Uint8Array.from({ length: 256 }, (_, byte) => byte);

const space = 32;

export function scanWords(words: readonly Word[]): ScanWord[] {
  return words.map((word) => {
    const text = withoutAccents(word.exactCase ? word.text : word.text.toLowerCase());
    const bytes = Uint8Array.from(Buffer.from(text));
    let mask = aliveBit;
    for (const byte of bytes) mask |= byteBits[byte] ?? 0;
    return { bytes, fold: word.exactCase ? keepingCase : ignoringCase, mask };
  });
}

/**
 * Offers every path of a segment that has all words, with a quick guess of its worth: good enough to
 * choose a few hundred, which are then compared with care.
 */
export function scan(
  segment: Segment,
  words: readonly ScanWord[],
  into: Pick<Shortlist, "offer">,
): number {
  const { bytes, starts, bases, masks } = segment;
  let mask = aliveBit;
  for (const word of words) mask |= word.mask;
  let matches = 0;
  let end = starts[0] ?? 0;
  for (let at = 0; at < masks.length; at += 1) {
    const start = end;
    end = starts[at + 1] ?? 0;
    if (((masks[at] ?? 0) & mask) !== mask) continue;
    const base = start + (bases[at] ?? 0);
    let worth = 0;
    for (const word of words) {
      const own = wordWorth(bytes, word, start, base, end);
      if (own < 0) {
        worth = -1;
        break;
      }
      worth += own;
    }
    if (worth < 0) continue;
    matches += 1;
    const lengthCost = Math.min(40, (end - start) >> 2) + Math.min(16, (end - base) >> 1);
    into.offer(worth * 2 - lengthCost, segment, at);
  }
  return matches;
}

/** What a match in the base name is worth more than one across folders. */
const baseWorth = 12;
const baseStartWorth = 10;

// oxlint-disable-next-line max-params -- an object for every path would cost more than the search
export function wordWorth(
  bytes: Buffer,
  word: ScanWord,
  start: number,
  base: number,
  end: number,
): number {
  const inBase = forward(bytes, word, base, end, start);
  if (inBase >= 0) {
    const starts = word.fold[bytes[base] ?? 0] === word.bytes[0] ? baseStartWorth : 0;
    const atWords = byWords(bytes, word, base, end, start);
    const tail = lastWindow(bytes, word, base, end);
    const late = tail > base ? forward(bytes, word, tail, end, start) : -1;
    return Math.max(inBase + starts, atWords + starts, late) + baseWorth;
  }
  const tail = lastWindow(bytes, word, start, end);
  if (tail < 0) return -1;
  return Math.max(
    forward(bytes, word, tail, end, start),
    byWords(bytes, word, start, end, start),
    0,
  );
}

/** Where the last part of the path that has the whole word begins. */
// oxlint-disable-next-line max-params -- as above
function lastWindow(bytes: Buffer, { bytes: word, fold }: ScanWord, from: number, to: number) {
  let wanted = word.length - 1;
  for (let at = to - 1; at >= from; at -= 1) {
    if (fold[bytes[at] ?? 0] !== word[wanted]) continue;
    if (wanted === 0) return at;
    wanted -= 1;
  }
  return -1;
}

/** The score when each character takes the first place it can; -1 when one finds none. */
// oxlint-disable-next-line max-params -- as above
function forward(
  bytes: Buffer,
  { bytes: word, fold }: ScanWord,
  from: number,
  to: number,
  start: number,
): number {
  let score = 0;
  let run = 0;
  let last = -2;
  let wanted = 0;
  for (let at = from; at < to; at += 1) {
    const byte = bytes[at] ?? 0;
    if (fold[byte] !== word[wanted]) continue;
    const before = at === start ? space : (bytes[at - 1] ?? 0);
    const bonus = bonuses[(before << 8) | byte] ?? 0;
    if (wanted === 0) {
      score = 16 + 2 * bonus;
      run = bonus;
    } else if (last === at - 1) {
      if (run < 4) run = 4;
      if (bonus >= 8 && bonus > run) run = bonus;
      score += 16 + (bonus > run ? bonus : run);
    } else {
      score += 14 + bonus - (at - last);
      if (score < 16) score = 16;
      run = bonus;
    }
    last = at;
    wanted += 1;
    if (wanted === word.length) return score;
  }
  return -1;
}

/** The same, with places only at the starts of words and right behind other places. */
// oxlint-disable-next-line max-params -- as above
function byWords(
  bytes: Buffer,
  { bytes: word, fold }: ScanWord,
  from: number,
  to: number,
  start: number,
): number {
  let score = 0;
  let run = 0;
  let last = -2;
  let wanted = 0;
  for (let at = from; at < to; at += 1) {
    const byte = bytes[at] ?? 0;
    if (fold[byte] !== word[wanted]) continue;
    const before = at === start ? space : (bytes[at - 1] ?? 0);
    const bonus = bonuses[(before << 8) | byte] ?? 0;
    const next = last === at - 1;
    if (bonus === 0 && !next) continue;
    if (wanted === 0) score = 16 + 2 * bonus;
    else if (next) score += 16 + Math.max(run, 4, bonus);
    else score += 14 + bonus - (at - last);
    if (!next || bonus >= 8) run = bonus;
    last = at;
    wanted += 1;
    if (wanted === word.length) return score;
  }
  return -1;
}
