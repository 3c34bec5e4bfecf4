import { PassThrough } from "node:stream";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { LogFields } from "../../../core/index.ts";
import { guardStdout, openWriter, runAs } from "../../../host/rpc/stdout-guard.ts";

let stream: PassThrough;
let lines: [string, string, LogFields | undefined][];
let release: () => void;
const nothing = () => undefined;

beforeEach(() => {
  stream = new PassThrough();
  stream.setEncoding("utf8");
  lines = [];
  const log = (plugin: string) => ({
    debug: nothing,
    info: nothing,
    error: nothing,
    warn: (message: string, fields?: LogFields) => void lines.push([plugin, message, fields]),
  });
  release = guardStdout(stream, { for: log });
});
afterEach(() => release());

describe("a guarded stdout", () => {
  it("turns what is printed into a log line of who printed it", async () => {
    stream.write("from the host\n");
    runAs("acme", () => stream.write(Buffer.from("bytes")));
    await runAs("later", async () => {
      await Promise.resolve();
      stream.write("after a wait");
    });
    stream.write("\n");
    expect(lines).toEqual([
      ["host", "printed to stdout", { text: "from the host" }],
      ["acme", "printed to stdout", { text: "bytes" }],
      ["later", "printed to stdout", { text: "after a wait" }],
    ]);
    expect(stream.read()).toBeNull();
  });

  it("calls back like a stream", async () => {
    await new Promise((resolve) => stream.write("a", resolve));
    await new Promise((resolve) => stream.write("a", "utf8", resolve));
    expect(lines).toHaveLength(2);
  });

  it("cannot be ended or held up by a plugin", async () => {
    stream.end("bye");
    stream.destroy();
    stream.cork();
    expect(stream.writable).toBe(true);
    const write = openWriter(stream, nothing);
    await new Promise((resolve) => write("line\n", resolve));
    expect(stream.read()).toBe("line\n");
  });

  it("still writes for the one who may", async () => {
    const write = openWriter(stream, nothing);
    await new Promise((resolve) => write("line\n", resolve));
    expect(stream.read()).toBe("line\n");
    expect(lines).toEqual([]);
  });

  it("is given back", () => {
    release();
    stream.write("free");
    expect(stream.read()).toBe("free");
    expect(lines).toEqual([]);
  });

  it("tells of a broken pipe", async () => {
    const broken = new Promise<void>((resolve) => openWriter(stream, resolve));
    stream.destroy(new Error("EPIPE"));
    await broken;
  });
});
