import { AsyncLocalStorage } from "node:async_hooks";
import type { Writable } from "node:stream";
import type { LogSource } from "../tokens.ts";

/** Writes one text or its bytes and calls back when the pipe took it, or could not. */
export type Write = (chunk: string | Uint8Array, done: (error?: Error | null) => void) => void;

const scope = new AsyncLocalStorage<string>();

/** The program's stdout, for the one place that hands it to a host or prints help before one runs. */
export function processStdout(): NodeJS.WriteStream {
  return process.stdout;
}

/** Runs a plugin's code, so that what it prints, now or later, is known to be its own. */
export function runAs<T>(plugin: string, code: () => T): T {
  return scope.run(plugin, code);
}

/** The plugin whose code runs here; `host` when it is none's. */
export function runningPlugin(): string {
  return scope.getStore() ?? "host";
}

// What still writes to a guarded stream.
const realWrites = new WeakMap<Writable, Write>();

/** The way to write to this stream although it may be guarded; `broken` is told of its end. */
export function openWriter(stream: Writable, broken: () => void): Write {
  stream.on("error", broken);
  stream.on("close", broken);
  return realWrites.get(stream) ?? ownWrite(stream);
}

/**
 * From now on only an outbox writes to this stream: whatever else is printed to it, `console.log`
 * included, becomes a line of the log under the name of the plugin that printed it. Nothing can be
 * done about code that writes to file descriptor 1 itself or hands it to a child process. The
 * returned function gives the stream back.
 */
export function guardStdout(stream: Writable, log: LogSource): () => void {
  const destroy = stream.destroy.bind(stream);
  realWrites.set(stream, ownWrite(stream));
  const printed = (chunk: unknown, encoding?: unknown, done?: unknown): boolean => {
    const text = typeof chunk === "string" ? chunk : Buffer.from(toBytes(chunk)).toString("utf8");
    if (text.trim() !== "")
      log.for(runningPlugin()).warn("printed to stdout", { text: text.trimEnd() });
    const callback = typeof encoding === "function" ? encoding : done;
    if (typeof callback === "function")
      queueMicrotask(() => void Reflect.apply(callback, stream, []));
    return true;
  };
  // A plugin that ends, destroys or corks the stream would cut the connection.
  Object.assign(stream, {
    write: printed,
    end: () => stream,
    // With an error it is the stream itself, ending because its pipe broke.
    destroy: (error?: Error) => (error === undefined ? stream : destroy(error)),
    cork: () => undefined,
    uncork: () => undefined,
  });
  return () => {
    realWrites.delete(stream);
    for (const name of ["write", "end", "destroy", "cork", "uncork"])
      Reflect.deleteProperty(stream, name);
  };
}

function ownWrite(stream: Writable): Write {
  const write = stream.write.bind(stream);
  return (chunk, done) => void write(chunk, "utf8", done);
}

function toBytes(chunk: unknown): Uint8Array {
  return chunk instanceof Uint8Array ? chunk : new Uint8Array();
}
