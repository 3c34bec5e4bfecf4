import type { Writable } from "node:stream";
import type { Logger } from "pino";
import type { Log, LogFields } from "../core/services/log.ts";
import { LogStream } from "./stderr.ts";
import { inject, injectable, Values } from "./tokens.ts";
import type { HostValues, LogSource } from "./tokens.ts";

export type { LogSource } from "./tokens.ts";

const flushMs = 100;
const levels = ["debug", "info", "warn", "error"] as const;
export type Level = (typeof levels)[number];

/** One line of a plugin's or the host's log. */
export interface LogLine {
  readonly plugin: string;
  readonly level: Level;
  readonly message: string;
  readonly fields: LogFields | undefined;
}

/**
 * The logs, on stderr. `PORTICO_LOG` sets the level, else a plain level word in `RUST_LOG`, else
 * `warn`; `off` silences it.
 */
@injectable()
export class HostLog implements LogSource {
  readonly #lowest: number;
  readonly #stderr: Writable | undefined;
  // The library is loaded by the first line that needs it; lines wait here for it, in order.
  #logger: Logger | undefined;
  #stream: LogStream | undefined;
  #early: LogLine[] = [];
  #loading: Promise<void> | undefined;
  #follower: ((line: LogLine) => void) | undefined;

  constructor(@inject(Values) values: Pick<HostValues, "env" | "stderr">) {
    this.#lowest = lowestLevel(values.env);
    this.#stderr = values.stderr;
  }

  for(plugin: string): Log {
    const log =
      (level: Level): Log[Level] =>
      (message, fields) =>
        this.#take({ plugin, level, message, fields });
    return { debug: log("debug"), info: log("info"), warn: log("warn"), error: log("error") };
  }

  /** Hands every line to the follower too, whatever the level on stderr. */
  follow(follower: (line: LogLine) => void): void {
    this.#follower = follower;
  }

  /** Resolves when every line so far is written, unless nobody reads them. */
  async flush(): Promise<void> {
    await this.#loading;
    await this.#stream?.flush(flushMs);
  }

  #take(line: LogLine): void {
    this.#follower?.(line);
    if (levels.indexOf(line.level) < this.#lowest) return;
    if (this.#logger !== undefined) return write(this.#logger, line);
    this.#early.push(line);
    this.#loading ??= this.#load();
  }

  async #load(): Promise<void> {
    const { pino, stdSerializers } = await import("pino");
    // The library's own destination waits, and the process with it, for someone to read the pipe.
    this.#stream = new LogStream(this.#stderr ?? process.stderr);
    const options = {
      level: "debug",
      base: { pid: process.pid },
      serializers: { error: stdSerializers.err },
    };
    this.#logger = pino(options, this.#stream);
    for (const line of this.#early) write(this.#logger, line);
    this.#early = [];
  }
}

function write(logger: Logger, { plugin, level, message, fields }: LogLine): void {
  try {
    logger[level]({ plugin, ...fields }, message);
  } catch {
    // What a plugin threw or logged may itself throw when it is looked at.
    logger[level]({ plugin }, message);
  }
}

function lowestLevel(env: HostValues["env"]): number {
  for (const name of ["PORTICO_LOG", "RUST_LOG"]) {
    const word = env[name]?.trim().toLowerCase() ?? "";
    if (word === "off" || word === "silent") return levels.length;
    if (word === "trace") return 0;
    const level = levels.findIndex(
      (each) => each === word || (each === "warn" && word === "warning"),
    );
    if (level !== -1) return level;
  }
  return levels.indexOf("warn");
}
