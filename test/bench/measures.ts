import type { Entry, SeenRequest } from "../helpers/mock-model.ts";
import { renderResponses } from "../helpers/model-wires.ts";
import { tempHome } from "../helpers/temp-home.ts";
import { BlockingConnection } from "./blocking.ts";
import { type Connection, initialization } from "./connection.ts";
import { flood } from "./flood.ts";
import { withFlood, withServer } from "./servers.ts";
import type { Target } from "./targets.ts";

/** One thing measured: a figure for each of its names, for one target, one run. */
export interface Measure {
  readonly title: string;
  /** Runs for each target, interleaved with the other targets. */
  readonly runs: number;
  readonly unit: string;
  /** Larger is better. */
  readonly more?: boolean;
  /** The floor has nothing to say here. */
  readonly agent?: boolean;
  /** Instead of all. */
  targets?(): Target[];
  /** Needs a plugin of ours. */
  readonly ours?: boolean;
  run(target: Target): Promise<Record<string, number>>;
}

const pings = 50_000;
const deltas = 15_000;
const drops = 1_000_000;

export const measures: Measure[] = [
  {
    title: "cold start",
    runs: 15,
    unit: "ms",
    run: (target) =>
      withServer(target, [], async (server) => {
        await server.initialize();
        const initialized = performance.now() - server.startedAt;
        await server.request({ id: "list", method: "tools/list" });
        return { initialize: initialized, "tools/list": performance.now() - server.startedAt };
      }),
  },
  {
    title: "pipelined pings",
    runs: 5,
    unit: "/s",
    more: true,
    run: (target) =>
      withServer(target, [], async (server) => {
        await server.initialize();
        await pipelined(server, 2000);
        return { throughput: pings / (await pipelined(server, pings)) };
      }),
  },
  {
    title: "ping round trip",
    runs: 5,
    unit: "ms",
    run: async (target) => {
      const home = tempHome();
      const env = { CODEX_HOME: home.home };
      const server = new BlockingConnection(target, { env, cwd: home.workspace });
      try {
        server.ask(`${JSON.stringify({ jsonrpc: "2.0", ...initialization })}\n`);
        const times: number[] = [];
        for (let id = 0; id < 5000; id += 1) {
          const from = performance.now();
          server.ask(`{"jsonrpc":"2.0","id":${id},"method":"ping"}\n`);
          if (id >= 1000) times.push(performance.now() - from);
        }
        times.sort((a, b) => a - b);
        return { p50: at(times, 0.5), p99: at(times, 0.99) };
      } finally {
        await server.close();
        home.dispose();
      }
    },
  },
  {
    title: "200,000 requests written before any answer is read",
    runs: 1,
    unit: "MiB",
    run: (target) =>
      withServer(target, [], async (server) => {
        await server.initialize();
        await deaf(server);
        return { "peak memory": server.memory("VmHWM") };
      }),
  },
  {
    title: "200,000 calls of a plugin's method written before any answer is read",
    runs: 1,
    unit: "MiB",
    ours: true,
    run: (target) =>
      withFlood(target, async (server) => {
        await deaf(server, (id) => `"flood/echo","params":{"n":${id}}`);
        return { "peak memory": server.memory("VmHWM") };
      }),
  },
  {
    title: "flood, to a client that reads on",
    runs: 3,
    unit: "/s",
    more: true,
    ours: true,
    run: (target) =>
      withFlood(target, async (server) => {
        const cpu = server.cpu();
        const { seconds } = await flood(server, drops);
        return {
          "per second": drops / seconds,
          "per processor second": drops / (server.cpu() - cpu),
        };
      }),
  },
  {
    title: "flood, to a client that reads 60 MB/s",
    runs: 1,
    unit: "MiB, ms",
    ours: true,
    run: (target) =>
      withFlood(target, async (server) => {
        const { pings: waits } = await flood(server, drops, 60e6);
        waits.sort((a, b) => a - b);
        const peak = server.memory("VmHWM");
        return { "peak memory": peak, "ping p50": at(waits, 0.5), "ping p95": at(waits, 0.95) };
      }),
  },
  {
    title: "turn",
    runs: 5,
    unit: "ms",
    agent: true,
    run: (target) =>
      withServer(target, commandTurn, async (server) => {
        await server.initialize();
        const first = await turn(server, 1);
        const times: number[] = [];
        const longer: number[] = [];
        for (let n = 2; n < 12; n += 1) times.push(await turn(server, n));
        for (let n = 12; n < 22; n += 1) longer.push(await turn(server, n, "twice"));
        const median = middle(times);
        return {
          "first of a process": first,
          "with one command": median,
          "one command more": middle(longer) - median,
        };
      }),
  },
  {
    title: "streamed deltas",
    runs: 3,
    unit: "/s",
    more: true,
    agent: true,
    run: (target) =>
      withServer(target, deltaTurn(), async (server) => {
        await server.initialize();
        await turn(server, 1);
        const cpu = server.cpu();
        const ms = await turn(server, 2, "stream");
        return {
          "per second": (deltas / ms) * 1000,
          "per processor second": deltas / Math.max(server.cpu() - cpu, 0.01),
        };
      }),
  },
  {
    title: "idle memory",
    runs: 3,
    unit: "MiB",
    run: (target) =>
      withServer(target, [], async (server) => {
        await server.initialize();
        await server.request({ id: "list", method: "tools/list" });
        await new Promise((resolve) => setTimeout(resolve, 1000));
        return { resident: server.memory("VmRSS") };
      }),
  },
];

/** The value below which this part of sorted numbers lies. */
function at(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

export function middle(values: readonly number[]): number {
  return at(
    values.toSorted((a, b) => a - b),
    0.5,
  );
}

/** Seconds until this many pings, written at once, are answered. */
function pipelined(server: Connection, count: number): Promise<number> {
  const from = performance.now();
  return new Promise((resolve) => {
    let left = count;
    server.onLine = () => {
      left -= 1;
      if (left === 0) resolve((performance.now() - from) / 1000);
    };
    for (let id = 0; id < count; id += 500) server.write(pingLines(id, 500));
  });
}

/** A method's name with its quotes, and what follows it, for a request of this id. */
type Method = (id: number) => string;

function pingLines(from: number, count: number, method: Method = () => '"ping"'): string {
  const ids = Array.from({ length: count }, (_, index) => from + index);
  return ids.map((id) => `{"jsonrpc":"2.0","id":${id},"method":${method(id)}}\n`).join("");
}

async function deaf(server: Connection, method?: Method): Promise<void> {
  server.child.stdout?.pause();
  let left = 200_000;
  const answered = new Promise<void>((resolve) => {
    server.onLine = () => {
      left -= 1;
      if (left === 0) resolve();
    };
  });
  // The server may stop reading when its output is full; a reader that starts late must free it.
  const late = setTimeout(() => server.child.stdout?.resume(), 1500);
  for (let n = 0; n < 200; n += 1) server.write(pingLines(n * 1000, 1000, method));
  await answered;
  clearTimeout(late);
}

/** A model that asks for `true` once, or twice when the prompt says so, and then answers. */
function commandTurn(request: SeenRequest): Entry {
  const input = request.body["input"] as { type?: string; content?: { text?: string }[] }[];
  const said = input.findLastIndex((item) => item.type === "message");
  const outputs = input.slice(said).filter((item) => item.type === "function_call_output").length;
  const wanted = input[said]?.content?.[0]?.text === "twice" ? 2 : 1;
  if (outputs >= wanted) return "Done.";
  const id = `call_${input.length}`;
  return [{ call: "shell", arguments: { command: ["touch", "/dev/null"] }, id }];
}

function deltaTurn(): (request: SeenRequest, n: number) => Entry {
  const text = Array.from({ length: deltas }, () => "word ");
  const { body, end } = renderResponses([{ message: text.join(""), deltas: text }], undefined);
  const whole = [Buffer.from(body + end)];
  return (_, n) => (n === 1 ? "Hello." : { raw: whole });
}

/** Milliseconds of one call of `codex`, every question answered with yes. */
export async function turn(server: Connection, id: number, prompt = "once"): Promise<number> {
  const from = performance.now();
  const params = { name: "codex", arguments: { prompt, "approval-policy": "untrusted" } };
  const answer = await server.request({ id, method: "tools/call", params }, (message) => {
    if (message["method"] !== "elicitation/create") return;
    const result = { action: "accept", content: {}, decision: "approved" };
    server.send({ id: message["id"], result });
  });
  const failed = JSON.stringify(answer).includes('"error"');
  if (failed) throw new Error(`a turn failed: ${JSON.stringify(answer)}`);
  return performance.now() - from;
}
