import { segmentsOf } from "../index/from-git.ts";
import { turn } from "../index/turn.ts";
import { parseQuery, type Word } from "../rank/query.ts";
import { Collector } from "./collector.ts";
import { withoutOneLetter } from "./typos.ts";

const mostRounds = 10;

/**
 * Searches a made-up list while there is nothing else to do: code runs several times faster once it
 * has run for some milliseconds, and the first answer comes sooner. Ends when `isOver`.
 */
export async function practise(words: readonly Word[], isOver: () => boolean): Promise<void> {
  const list = madeUp(words);
  for (let round = 0; round < mostRounds && !isOver(); round += 1) {
    const collector = new Collector(words, "meant");
    for (const segment of segmentsOf(list, true).segments) collector.add(segment);
    if (round % 3 === 2) collector.ranked();
    await turn();
  }
}

/** Queries of all kinds that the code tells apart. */
const kinds = ["usersrv", "MyUs", "index ts", "confgi.ts", "sf"];
const roundsOfEach = 6;

/** Between the first answer and the next letter that is typed. True when it came to its end. */
export async function practiseAll(isOver: () => boolean): Promise<boolean> {
  const never = new AbortController().signal;
  for (let round = 0; round < roundsOfEach; round += 1) {
    for (const query of kinds) {
      if (isOver()) return false;
      const words = parseQuery(query);
      const { segments } = segmentsOf(madeUp(parseQuery("user_srv_index_config")), true);
      const collector = new Collector(words, "meant");
      for (const segment of segments) collector.add(segment);
      collector.ranked();
      await turn();
      await withoutOneLetter(words.slice(0, 1), segments, never);
      await turn();
    }
  }
  return true;
}

function madeUp(words: readonly Word[]): Buffer {
  const text = words.map((word) => word.text.slice(0, 24)).join("_");
  const paths = Array.from(
    { length: 300 },
    (_, n) => `source/some-${n}/folder/${n % 3 === 0 ? "My" : "other_"}${text}${n}File.ts\0`,
  );
  return Buffer.from(paths.join(""));
}
