import { mistyped, ways } from "./abbreviations.ts";
import { Connection } from "./connection.ts";
import type { Measure } from "./measures.ts";
import { searchTargets, type Target } from "./targets.ts";
import { numbers, pick, realTrees, repository } from "./trees.ts";

const queries = ["usersrv", "apiclient", "idx", "config.ts", "svcmain", "UserSt", "login view"];

export const searchMeasures: Measure[] = [
  ...[10_000, 100_000, 1_000_000].map((count): Measure => ({
    title: `fuzzy search in ${count.toLocaleString("en")} files`,
    runs: count > 100_000 ? 2 : 5,
    unit: "ms",
    targets: searchTargets,
    run: (target) => inServer(target, (server) => speed(server, target, repository(count))),
  })),
  {
    title: "fuzzy ranking",
    runs: 1,
    unit: "of the files that are meant",
    more: true,
    targets: searchTargets,
    run: (target) => inServer(target, ranking),
  },
];

async function inServer<T>(target: Target, use: (server: Connection) => Promise<T>): Promise<T> {
  const server = new Connection(target, { env: { CODEX_HOME: repositoryHome() } });
  try {
    await server.initialize();
    // What a server prepares while its client is silent is prepared when a person types.
    await pause(500);
    return await use(server);
  } finally {
    await server.close();
  }
}

/** A folder without configuration. */
function repositoryHome(): string {
  return repository(0);
}

let lastId = 0;

async function search(server: Connection, query: string, root: string): Promise<string[]> {
  lastId += 1;
  const params = { query, roots: [root] };
  const answer = await server.request({ id: lastId, method: "fuzzyFileSearch", params });
  const result = answer["result"] as { files: { path: string }[] } | undefined;
  if (result === undefined) throw new Error(`a search failed: ${JSON.stringify(answer)}`);
  return result.files.map(({ path }) => path);
}

async function speed(
  server: Connection,
  target: Target,
  root: string,
): Promise<Record<string, number>> {
  const started = performance.now();
  // Everything the server says is timed; only ours answers pings meanwhile.
  const first = search(server, queries[0] ?? "", root).then(() => performance.now() - started);
  const lag = target.name === "portico" ? await longestPing(server, first) : {};
  const cold = await first;
  await pause(1500);
  const times: number[] = [];
  for (const query of [...queries, ...queries]) {
    const from = performance.now();
    await search(server, query, root);
    times.push(performance.now() - from);
    // As fast as people type.
    await pause(50);
  }
  times.sort((a, b) => a - b);
  return { first: cold, warm: times[times.length >> 1] ?? Number.NaN, ...lag };
}

/** The longest round trip of a ping until a search is answered. */
async function longestPing(
  server: Connection,
  until: Promise<number>,
): Promise<Record<string, number>> {
  const hear = server.onLine;
  let over = false;
  void until.then(() => (over = true));
  let longest = 0;
  let pong = () => {};
  server.onLine = (line) => (line.includes('"id":"ping"') ? pong() : hear(line));
  while (!over) {
    const from = performance.now();
    const answered = new Promise<void>((resolve) => (pong = resolve));
    server.send({ id: "ping", method: "ping" });
    await answered;
    longest = Math.max(longest, performance.now() - from);
    await pause(2);
  }
  return { "longest ping meanwhile": longest };
}

/** How often the file that a query abbreviates is among the first. */
async function ranking(server: Connection): Promise<Record<string, number>> {
  const next = numbers(5);
  const plain: number[] = [];
  const typos: number[] = [];
  for (const [root, files] of realTrees()) {
    for (const way of [...Object.values(ways), mistyped]) {
      for (let round = 0; round < 10; round += 1) {
        const meant = pick(files, next);
        const query = way(meant, next);
        if (query === undefined) continue;
        const place = (await search(server, query, root)).indexOf(meant);
        (way === mistyped ? typos : plain).push(place < 0 ? Infinity : place);
      }
    }
  }
  const within = (places: readonly number[], count: number) =>
    places.filter((place) => place < count).length / places.length;
  return {
    "recall@1": within(plain, 1),
    "recall@5": within(plain, 5),
    "recall@10": within(plain, 10),
    "mean reciprocal rank": plain.reduce((sum, place) => sum + 1 / (place + 1), 0) / plain.length,
    "mistyped, recall@5": within(typos, 5),
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
