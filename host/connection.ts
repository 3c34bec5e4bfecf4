import { ParseError, InvalidRequest } from "../core/errors.ts";
import type { Log } from "../core/services/log.ts";
import { HostLog } from "./log.ts";
import type { Registry } from "./plugins/registry.ts";
import { Calls } from "./rpc/calls.ts";
import { Lines } from "./rpc/lines.ts";
import type { LineReceiver } from "./rpc/lines.ts";
import { Outbox } from "./rpc/outbox.ts";
import { RpcPeer } from "./rpc/peer.ts";
import { isNotificationLine } from "./rpc/serialize.ts";
import { guardStdout, processStdout, runningPlugin } from "./rpc/stdout-guard.ts";
import { inject, injectable, Opening, Values } from "./tokens.ts";
import { systemName } from "./system.ts";
import type { BootedPlugins, HostValues } from "./tokens.ts";
import { warmUp } from "./warm-up.ts";

type Problem = Parameters<LineReceiver["broken"]>[0];
type Ending = "input" | "signal" | "broken" | "stalled" | "crashed";

const defaultGraceMs = 1000;
/** From the reason to end until the last byte, whatever is in flight. */
const shutdownMs = 2200;
const lastWordsMs = 300;
const flushMs = 300;

/** One connection from its first byte to the exit code. */
@injectable()
export class Connection {
  readonly #log: Log;
  readonly #closing = new AbortController();
  readonly #ending = Promise.withResolvers<Ending>();
  /** Whatever still runs is not waited for. */
  readonly #cutOff = Promise.withResolvers<void>();
  readonly #lines: Lines;
  // Lines wait here until the plugins are set up: what answers them is not known before.
  #early: (() => void)[] | undefined = [];

  constructor(
    @inject(Values) private readonly values: HostValues,
    @inject(RpcPeer) private readonly peer: RpcPeer,
    @inject(Calls) private readonly calls: Calls,
    @inject(Outbox) private readonly outbox: Outbox,
    @inject(HostLog) private readonly logs: HostLog,
    @inject(Opening) private readonly open: (registry: Registry) => void,
  ) {
    this.#log = logs.for("host");
    const line = (text: string) => {
      if (this.#early === undefined) this.peer.receive(text);
      else this.#early.push(() => this.peer.receive(text));
    };
    const broken = (problem: Problem, head?: string) => {
      if (this.#early === undefined) this.#refuse(problem, head);
      else this.#early.push(() => this.#refuse(problem, head));
    };
    this.#lines = new Lines({ line, broken }, this.#lineLimit);
  }

  /** Serves until the end of input, a signal or a broken pipe; resolves with the exit code. */
  async serve(): Promise<number> {
    const { stdout } = this.values;
    const release = stdout === processStdout() ? guardStdout(stdout, this.logs) : () => undefined;
    // Before anything is waited for: a signal that comes meanwhile is meant for this connection.
    const detach = this.#attach();
    try {
      if (this.values.guardDescriptor === true) {
        const { guardDescriptor } = await import("./rpc/descriptor-guard.ts");
        guardDescriptor(this.logs);
      }
      const booting = this.#boot();
      const ending = await Promise.race([
        this.#ending.promise,
        booting.then(() => this.#ending.promise),
      ]);
      await this.#shutDown(ending, booting);
      return ending === "crashed" ? 1 : 0;
    } finally {
      detach();
      await this.logs.flush();
      release();
    }
  }

  get #lineLimit(): number | undefined {
    return this.values.options?.lineLimit;
  }

  async #boot(): Promise<BootedPlugins> {
    const { env, cwd, version, options } = this.values;
    const appServer = options?.appServer;
    const booted = await this.values.boot({
      client: this.peer,
      log: this.logs,
      signal: this.#closing.signal,
      environment: {
        env,
        cwd,
        version,
        // Read when somebody wants to know.
        get system() {
          return systemName();
        },
        ...(appServer === true && { appServer }),
      },
    });
    this.open(booted.registry);
    this.#takeEarly();
    const { stdin: input, onWarm } = this.values;
    const { signal } = this.#closing;
    // Never rejects, and nothing waits for it.
    void warmUp({ registry: booted.registry, input, calls: this.calls, signal, onWarm });
    return booted;
  }

  #takeEarly(): void {
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const take of early) take();
  }

  #refuse(problem: Problem, head = ""): void {
    if (problem === "not-utf8") {
      this.peer.refuse({ code: ParseError, message: "the line is not valid UTF-8" });
    } else {
      const message = "the line is longer than is served";
      this.peer.refuseHead(head, { code: InvalidRequest, message });
    }
  }

  /** Starts reading; the returned function takes every listener away. */
  #attach(): () => void {
    const { stdin, signals } = this.values;
    const onData = (chunk: Buffer | string) => {
      this.#lines.push(typeof chunk === "string" ? Buffer.from(chunk) : chunk);
    };
    const onEnd = () => {
      this.#lines.end();
      this.#ending.resolve("input");
    };
    const onSignal = () => {
      this.#ending.resolve("signal");
      this.#cutOff.resolve();
    };
    const names = signals === true ? (["SIGTERM", "SIGINT", "SIGHUP"] as const) : [];
    const forgive = signals === true ? this.#outlive() : () => undefined;
    stdin.on("data", onData).once("end", onEnd).once("error", onEnd).once("close", onEnd);
    for (const name of names) process.on(name, onSignal);
    void this.outbox.closed.then((why) => {
      this.#ending.resolve(why);
      this.#cutOff.resolve();
    });
    return () => {
      stdin.off("data", onData).off("end", onEnd).off("error", onEnd).off("close", onEnd);
      // Something must still listen: an error nobody hears ends the process.
      stdin.on("error", () => undefined).pause();
      for (const name of names) process.off(name, onSignal);
      forgive();
    };
  }

  /** A promise that a plugin forgot costs a log line; an error thrown past everyone, an orderly end. */
  #outlive(): () => void {
    const onRejection = (error: unknown) => {
      this.logs.for(runningPlugin()).error("a promise was rejected and nobody listened", { error });
    };
    const onError = (error: Error) => {
      this.logs.for(runningPlugin()).error("an error that nobody caught", { error });
      this.#ending.resolve("crashed");
    };
    process.on("unhandledRejection", onRejection).on("uncaughtException", onError);
    return () => {
      process.off("unhandledRejection", onRejection).off("uncaughtException", onError);
    };
  }

  /**
   * Requests read before the end of input get a moment to finish; whatever runs then, or at once
   * after a signal, is aborted, gets its last words, and is answered if it has none.
   */
  async #shutDown(ending: Ending, booting: Promise<BootedPlugins>): Promise<void> {
    const begun = performance.now();
    this.#log.debug("closing", { ending });
    if (ending === "stalled") {
      this.#log.error("the client has read nothing for a minute while 64 MB wait for it");
    }
    this.peer.endInput();
    const graceMs = ending === "input" ? this.#graceMs() : 0;
    const graceEnd = performance.now() + graceMs;
    const booted = await within(booting, Math.max(graceMs, lastWordsMs));
    await within(this.calls.idle(), Math.max(0, graceEnd - performance.now()));
    const reason = new Error("the server is shutting down");
    this.#closing.abort(reason);
    const lastedMs = ending === "input" ? await this.#outlast(reason) : 0;
    const deadline = begun + lastedMs + shutdownMs;
    const remaining = () => Math.max(0, deadline - performance.now());
    this.peer.stop();
    this.#takeEarly();
    this.calls.abortAll(reason);
    await within(this.calls.idle(), lastWordsMs);
    this.peer.abandon();
    const closeMs = Math.max(0, remaining() - flushMs);
    if (booted === undefined) this.#log.warn("the plugins were not set up in time");
    // A little less for the plugins' own limit, so that the slow one is named.
    else if (
      (await within(this.#close(booted, Math.max(0, closeMs - 50)), closeMs)) === undefined
    ) {
      this.#log.warn("the plugins did not close in time");
    }
    await this.#flush(Math.max(flushMs, remaining()));
  }

  /** Ends the calls that the input takes along and waits for the others; the time that took, in ms. */
  async #outlast(reason: Error): Promise<number> {
    const from = performance.now();
    this.calls.abortShort(reason);
    await Promise.race([this.calls.lasted(), this.#cutOff.promise]);
    return performance.now() - from;
  }

  /** What requests get to finish. Those that are no quick ones anyway get half of it. */
  #graceMs(): number {
    const graceMs = this.values.options?.graceMs ?? defaultGraceMs;
    // What came before the plugins were set up is no call yet.
    if (this.#early !== undefined) return graceMs;
    const from = performance.now() - graceMs;
    return this.calls.all().every(({ since }) => since < from) ? graceMs / 2 : graceMs;
  }

  /** Everything in order; if the client is too slow for that, the answers without the rest. */
  async #flush(limitMs: number): Promise<void> {
    if (await this.outbox.flush(limitMs / 2)) return;
    const dropped = this.outbox.drop(isNotificationLine);
    if (dropped > 0) {
      this.#log.warn("the client reads slowly: notifications were dropped at the end", { dropped });
    }
    await this.outbox.flush(limitMs / 2);
  }

  async #close(booted: BootedPlugins, limitMs: number): Promise<true> {
    try {
      await booted.close(limitMs);
    } catch (error) {
      this.#log.error("a plugin could not be closed", { error });
    }
    return true;
  }
}

/** What the promise gives, or `undefined` when that takes longer. */
async function within<T>(promise: Promise<T>, limitMs: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, limitMs, undefined);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
