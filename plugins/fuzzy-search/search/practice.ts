import { segmentsOf } from "../index/from-git.ts";
import { turn } from "../index/turn.ts";
import type { Word } from "../rank/query.ts";
import { Collector } from "./collector.ts";

const mostRounds = 10;

/**
 * Searches a made-up list while there is nothing else to do: code runs several times faster once it
 * has run for some milliseconds, and the first answer comes sooner. Ends when `isOver`.
 */
export async function practise(words: readonly Word[], isOver: () => boolean): Promise<void> {
  const text = words.map((word) => word.text.slice(0, 20)).join("_");
  const paths = Array.from(
    { length: 300 },
    (_, n) => `source/some-${n}/folder/${n % 3 === 0 ? "My" : "other_"}${text}${n}File.ts\0`,
  );
  const list = Buffer.from(paths.join(""));
  for (let round = 0; round < mostRounds && !isOver(); round += 1) {
    const collector = new Collector(words, "meant");
    for (const segment of segmentsOf(list, true).segments) collector.add(segment);
    if (round % 3 === 2) collector.ranked();
    await turn();
  }
}
