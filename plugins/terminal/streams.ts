import { createWriteStream } from "node:fs";
import type { Readable, Writable } from "node:stream";
import { isatty, WriteStream } from "node:tty";

/** Where the person is. */
export interface Streams {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly stderr: Writable & { readonly isTTY?: boolean };
}

/** The process's own. Output is opened by its descriptor: the stream of the process is the host's. */
export function processStreams(): Streams {
  const { stdin, stderr } = process;
  const stdout = isatty(1)
    ? new WriteStream(1)
    : createWriteStream("", { fd: 1, autoClose: false });
  return { stdin, stdout, stderr };
}
