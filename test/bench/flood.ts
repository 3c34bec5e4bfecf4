import type { Connection } from "./connection.ts";

/** Milliseconds between two signs of life. */
const pingGapMs = 20;

/**
 * Lets the plugin send so many notifications of 1 KB, reads so many bytes a second, and asks for a
 * sign of life all the while. Looks into the bytes only as far as it must.
 */
export function flood(
  server: Connection,
  count: number,
  bytesPerSecond = Number.POSITIVE_INFINITY,
): Promise<{ seconds: number; pings: number[] }> {
  const pings: number[] = [];
  const { stdout } = server.child;
  const from = performance.now();
  return new Promise((resolve) => {
    let taken = 0;
    let asked = from;
    let rest = Buffer.alloc(0);
    const ask = () => {
      asked = performance.now();
      server.send({ id: "ping", method: "ping" });
    };
    const onData = (chunk: Buffer) => {
      taken += chunk.length;
      const seen = Buffer.concat([rest, chunk]);
      rest = seen.subarray(-40);
      if (seen.includes('"id":"ping"')) {
        rest = Buffer.alloc(0);
        pings.push(performance.now() - asked);
        setTimeout(ask, pingGapMs);
      }
      if (seen.includes('"id":"flood"')) {
        stdout?.off("data", onData);
        return resolve({ seconds: (performance.now() - from) / 1000, pings });
      }
      const early = from + (taken / bytesPerSecond) * 1000 - performance.now();
      if (early < 1) return undefined;
      stdout?.pause();
      return setTimeout(() => stdout?.resume(), early);
    };
    stdout?.removeAllListeners("data").on("data", onData);
    server.send({ id: "flood", method: "flood/start", params: { count, size: 940 } });
    ask();
  });
}
