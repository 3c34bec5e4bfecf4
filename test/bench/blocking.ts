import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Target } from "./targets.ts";

/**
 * A client that writes a line and blocks until the answer is there. An event loop between the two
 * would take longer than the servers under measurement do.
 */
export class BlockingConnection {
  readonly #child: ChildProcess;
  readonly #input: number;
  readonly #output: number;
  readonly #buffer = Buffer.alloc(1 << 16);

  constructor(target: Target, options: { env: Record<string, string>; cwd: string }) {
    const folder = mkdtempSync(join(tmpdir(), "portico-bench-"));
    const paths = [join(folder, "in"), join(folder, "out")] as const;
    execFileSync("mkfifo", [...paths]);
    const [input, output] = [pipeAt(paths[0]), pipeAt(paths[1])];
    rmSync(folder, { recursive: true });
    this.#child = spawn(target.command, [...target.args], {
      cwd: options.cwd,
      env: { ...process.env, ...options.env, ...target.env },
      stdio: [input.read, output.write, "ignore"],
    });
    for (const fd of [input.read, output.write]) closeSync(fd);
    this.#input = input.write;
    this.#output = output.read;
  }

  /** The first line that comes after this one was written. */
  ask(line: string): string {
    writeSync(this.#input, line);
    let text = "";
    while (!text.endsWith("\n")) {
      const length = readSync(this.#output, this.#buffer);
      if (length === 0) throw new Error("the server closed its output");
      text += this.#buffer.toString("latin1", 0, length);
    }
    return text;
  }

  async close(): Promise<void> {
    const closed = once(this.#child, "close");
    closeSync(this.#input);
    closeSync(this.#output);
    const force = setTimeout(() => this.#child.kill("SIGKILL"), 2000);
    await closed;
    clearTimeout(force);
  }
}

/** Both ends of a named pipe; opening one alone would wait for the other. */
function pipeAt(path: string): { read: number; write: number } {
  const both = openSync(path, "r+");
  const ends = { read: openSync(path, "r"), write: openSync(path, "w") };
  closeSync(both);
  return ends;
}
