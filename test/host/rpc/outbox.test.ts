import { Writable } from "node:stream";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Outbox } from "../../../host/rpc/outbox.ts";

/** A reader that takes a batch only when told. */
class SlowReader extends Writable {
  readonly batches: string[] = [];
  #done: ((error?: Error) => void) | undefined;

  override _write(chunk: Buffer, _: string, done: (error?: Error) => void): void {
    this.batches.push(chunk.toString());
    this.#done = done;
  }

  async take(error?: Error): Promise<void> {
    const done = this.#done;
    this.#done = undefined;
    done?.(error);
    await new Promise((resolve) => process.nextTick(resolve));
  }
}

let reader: SlowReader;
let outbox: Outbox;
beforeEach(() => {
  reader = new SlowReader();
  outbox = new Outbox({ stdout: reader });
});
afterEach(() => void vi.useRealTimers());

const kilobyte = "x".repeat(1023);

describe("the outbox", () => {
  it("has one write in flight and joins what waits", async () => {
    for (const line of ["a", "b", "c"]) outbox.send(line);
    expect(reader.batches).toEqual(["a\n"]);
    await reader.take();
    expect(reader.batches).toEqual(["a\n", "b\nc\n"]);
  });

  it("keeps order over many batches of bounded size", async () => {
    const lines = Array.from({ length: 3000 }, (_, index) => `${index} ${kilobyte}`);
    for (const line of lines) outbox.send(line);
    const flushed = outbox.flush(5000);
    let seen = 0;
    while (seen < reader.batches.length) {
      seen = reader.batches.length;
      await reader.take();
    }
    expect(await flushed).toBe(true);
    expect(reader.batches.join("")).toBe(lines.map((line) => `${line}\n`).join(""));
    for (const batch of reader.batches) expect(batch.length).toBeLessThan(260 * 1024);
  });

  it("lets producers go on below the low mark, not before", async () => {
    expect(outbox.ready()).toBeUndefined();
    for (let count = 0; count < 600; count += 1) outbox.send(kilobyte);
    let free = false;
    const room = outbox.ready()?.then(() => (free = true));
    expect(room).toBeInstanceOf(Promise);
    // One kilobyte went at once; then two full batches, and 87 KB are left.
    for (let count = 0; count < 3; count += 1) await reader.take();
    expect(free).toBe(false);
    await reader.take();
    await room;
    expect(free).toBe(true);
    expect(outbox.ready()).toBeUndefined();
  });

  it("never waits in send, however much waits", () => {
    for (let count = 0; count < 200_000; count += 1) outbox.send('{"jsonrpc":"2.0"}');
    expect(reader.batches).toHaveLength(1);
  });

  it("says when the reader is gone, and drops the rest", async () => {
    outbox.send("a");
    outbox.send("b");
    reader.on("error", () => undefined);
    await reader.take(new Error("EPIPE"));
    expect(await outbox.closed).toBe("broken");
    outbox.send("c");
    expect(await outbox.flush(1000)).toBe(false);
    expect(reader.batches).toEqual(["a\n"]);
  });

  it("sets waiting producers free when the reader is gone", async () => {
    for (let count = 0; count < 600; count += 1) outbox.send(kilobyte);
    const room = outbox.ready();
    reader.destroy();
    await room;
    expect(await outbox.closed).toBe("broken");
  });

  it("gives up on a reader that takes nothing for a minute while 64 MB wait", async () => {
    vi.useFakeTimers();
    const megabyte = "x".repeat(1024 * 1024);
    for (let count = 0; count < 65; count += 1) outbox.send(megabyte);
    await vi.advanceTimersByTimeAsync(59_000);
    let closed: string | undefined;
    void outbox.closed.then((why) => (closed = why));
    await vi.advanceTimersByTimeAsync(500);
    expect(closed).toBeUndefined();
    await vi.advanceTimersByTimeAsync(1000);
    expect(closed).toBe("stalled");
  });

  it("is patient with a slow reader that moves, and with a small rest", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    const megabyte = "x".repeat(1024 * 1024);
    for (let count = 0; count < 66; count += 1) outbox.send(megabyte);
    let closed: string | undefined;
    void outbox.closed.then((why) => (closed = why));
    for (let count = 0; count < 5; count += 1) {
      await vi.advanceTimersByTimeAsync(50_000);
      await reader.take();
    }
    await vi.advanceTimersByTimeAsync(600_000);
    expect(closed).toBeUndefined();
  });

  it("drops what is unwanted of the lines that wait", async () => {
    for (const line of ["a", "bulk", "b", "bulk", "c"]) outbox.send(line);
    expect(outbox.drop((line) => line === "bulk")).toBe(2);
    await reader.take();
    await reader.take();
    expect(reader.batches).toEqual(["a\n", "b\nc\n"]);
    expect(await outbox.flush(10)).toBe(true);
    // Room is counted without them.
    for (let count = 0; count < 255; count += 1) outbox.send(kilobyte);
    expect(outbox.drop(() => true)).toBe(254);
    expect(outbox.ready()).toBeUndefined();
  });

  it("gives up a flush at its limit", async () => {
    outbox.send("a");
    expect(await outbox.flush(10)).toBe(false);
    await reader.take();
    expect(await outbox.flush(10)).toBe(true);
  });
});
