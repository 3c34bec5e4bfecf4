import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Worker } from "node:worker_threads";
import type { Log } from "../../core/index.ts";
import type {
  Found,
  FromThread,
  Partial,
  SearchRequest,
  ThreadSettings,
  ToThread,
} from "./search/messages.ts";

/** How long an ended search has to say what it found. */
const lastWordMs = 100;

interface Waiting {
  readonly result: PromiseWithResolvers<Found>;
  readonly onPartial: (partial: Partial) => void;
}

// Beside this file: built, or as source.
const threadFile = ["./fuzzy-search-thread.cjs", "./search/thread.ts"]
  .map((name) => fileURLToPath(new URL(name, import.meta.url)))
  .find((path) => existsSync(path));

/** The thread that searches: started by the first search, ended when it keeps nothing any more. */
export class ThreadClient {
  readonly #settings: ThreadSettings;
  readonly #log: Log;
  readonly #waiting = new Map<number, Waiting>();
  #worker: Worker | undefined;
  #nextId = 0;

  constructor(settings: ThreadSettings, log: Log) {
    this.#settings = settings;
    this.#log = log;
  }

  /** Resolves when the search is done; after `signal` with what it has by then. */
  async search(
    request: SearchRequest,
    signal: AbortSignal,
    onPartial: (partial: Partial) => void,
  ): Promise<Found> {
    const id = this.#nextId;
    this.#nextId += 1;
    const result = Promise.withResolvers<Found>();
    let latest: Found = { files: [], notes: [] };
    let timer: NodeJS.Timeout | undefined;
    const keep = (partial: Partial) => {
      latest = { files: partial.files, notes: partial.notes };
      onPartial(partial);
    };
    const onAbort = () => {
      this.#send({ kind: "cancel", id });
      // It answers between two pieces of work; who waits shall not wait longer than that.
      timer = setTimeout(() => result.resolve(latest), lastWordMs);
    };
    this.#waiting.set(id, { result, onPartial: keep });
    signal.addEventListener("abort", onAbort);
    try {
      if (signal.aborted) return latest;
      this.#start();
      this.#send({ kind: "search", id, request });
      return await result.promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(id);
      signal.removeEventListener("abort", onAbort);
    }
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#end(new Error("the server ends"));
    await worker?.terminate();
  }

  #send(message: ToThread): void {
    this.#worker?.postMessage(message);
  }

  #start(): void {
    if (this.#worker !== undefined) return;
    if (threadFile === undefined) throw new Error("the program's file for searching is missing");
    const threads = process.getBuiltinModule("node:worker_threads");
    const worker = new threads.Worker(threadFile, {
      workerData: this.#settings,
      // Its own pipes: what a library prints there must not get among the protocol's lines.
      stdout: true,
      stderr: true,
      execArgv: [],
    });
    worker.unref();
    worker.stdout.resume();
    worker.stderr.on("data", (text) => this.#log.warn(String(text).trim()));
    worker.on("message", (message: FromThread) => this.#hear(message, worker));
    worker.on("error", (error: Error) => this.#fail(worker, error));
    worker.on("exit", (code) => {
      this.#fail(worker, new Error(`the thread that searches ended with code ${code}`));
    });
    this.#worker = worker;
  }

  #hear(message: FromThread, worker: Worker): void {
    if (message.kind === "empty") {
      if (this.#waiting.size > 0 || this.#worker !== worker) return;
      this.#worker = undefined;
      // Nothing is lost when it fails.
      void worker.terminate();
      return;
    }
    const waiting = this.#waiting.get(message.id);
    if (waiting === undefined) return;
    if (message.kind === "partial") waiting.onPartial(message.partial);
    else if (message.kind === "found") waiting.result.resolve(message.found);
    else waiting.result.reject(new Error(`the search failed: ${message.message}`));
  }

  #fail(worker: Worker, error: Error): void {
    if (this.#worker === worker) this.#end(error);
  }

  /** The next search starts a new thread. */
  #end(error: Error): void {
    this.#worker = undefined;
    for (const { result } of this.#waiting.values()) result.reject(error);
  }
}
