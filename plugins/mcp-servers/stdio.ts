import type { Readable, Writable } from "node:stream";
import { ReadBuffer, serializeMessage } from "@modelcontextprotocol/client";
import type { JSONRPCMessage, Transport } from "@modelcontextprotocol/client";
import { execa } from "execa";
import { errorMessage } from "../../core/index.ts";
import type { Log } from "../../core/index.ts";

/** How a server's process is started; nothing of our environment is inherited. */
export interface ProcessRequest {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly cwd: string;
  readonly log: Log;
}

/** How long a server may take to end by itself, and again after it was asked to. */
const graceMs = 400;
/** After the exit, for what is still in the pipes. */
const drainMs = 200;
/** Characters. */
const keptErrors = 2000;

/**
 * MCP on the pipes of a child process (MCP 2025-11-25, basic/transports, stdio). The process leads a
 * group of its own, so that whatever it starts ends with it.
 */
export class StdioTransport implements Transport {
  onclose?: (() => void) | undefined;
  onerror?: ((error: Error) => void) | undefined;
  onmessage?: ((message: JSONRPCMessage) => void) | undefined;
  readonly #request: ProcessRequest;
  readonly #lines = new ReadBuffer();
  readonly #exited = Promise.withResolvers<void>();
  #group: number | undefined;
  #stdin: Writable | undefined;
  #errors = "";
  #ending: string | undefined;

  constructor(request: ProcessRequest) {
    this.#request = request;
  }

  /** How the process ended, with its last words; `undefined` while it runs. */
  get ending(): string | undefined {
    if (this.#ending === undefined) return undefined;
    return `${this.#ending}${this.lastErrors}`;
  }

  /** The end of what it wrote to stderr, for a message; often empty. */
  get lastErrors(): string {
    const text = this.#errors.trim();
    return text === "" ? "" : `; its stderr ends: ${text}`;
  }

  async start(): Promise<void> {
    const { command, args, env, cwd } = this.#request;
    const subprocess = execa(command, args, {
      cwd,
      env,
      extendEnv: false,
      stdio: ["pipe", "pipe", "pipe"],
      encoding: "buffer",
      buffer: false,
      detached: true,
      cleanup: false,
      reject: false,
    });
    if (subprocess.pid === undefined) {
      const { cause } = await subprocess;
      throw new Error(`cannot start ${JSON.stringify(command)}: ${errorMessage(cause)}`);
    }
    this.#group = subprocess.pid;
    this.#stdin = subprocess.stdin;
    // A server that died takes nothing more; that it did is told by its exit.
    subprocess.stdin.on("error", () => undefined);
    subprocess.stdout.on("data", (chunk: Buffer) => this.#read(chunk));
    this.#watchErrors(subprocess.stderr);
    const closed = Promise.all([emptied(subprocess.stdout), emptied(subprocess.stderr)]);
    subprocess.nodeChildProcess.once("exit", (code, signal) => {
      // What it started goes with it, and with that the last hold on the pipes.
      if (this.#group !== undefined) signalGroup(this.#group, "SIGKILL");
      const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
      void Promise.race([closed, pause(drainMs)]).then(() => this.#end(how));
    });
    // Not awaited: it settles only when every pipe is closed, which a grandchild may delay.
    void subprocess.then(nothing, nothing);
  }

  async send(message: JSONRPCMessage): Promise<void> {
    const stdin = this.#stdin;
    if (stdin === undefined || this.#ending !== undefined) throw new Error("the server has ended");
    if (stdin.write(serializeMessage(message))) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    stdin.once("drain", resolve);
    await Promise.race([promise, this.#exited.promise]);
  }

  /** Ends the process as MCP says (basic/lifecycle, shutdown): closed stdin, SIGTERM, SIGKILL. */
  async close(): Promise<void> {
    if (this.#group === undefined || this.#ending !== undefined) return;
    this.#stdin?.end();
    if (await this.#exits()) return;
    signalGroup(this.#group, "SIGTERM");
    if (await this.#exits()) return;
    signalGroup(this.#group, "SIGKILL");
    await this.#exited.promise;
  }

  async #exits(): Promise<boolean> {
    const exited = this.#exited.promise.then(() => true);
    return Promise.race([exited, pause(graceMs).then(() => false)]);
  }

  #end(how: string): void {
    this.#ending = `it ended with ${how}`;
    this.#lines.clear();
    this.#exited.resolve();
    this.onclose?.();
  }

  #read(chunk: Buffer): void {
    if (this.#ending !== undefined) return;
    try {
      this.#lines.append(chunk);
    } catch (error) {
      // A message beyond all measure: what follows it cannot be read any more.
      this.#errors = errorMessage(error);
      if (this.#group !== undefined) signalGroup(this.#group, "SIGKILL");
      return;
    }
    for (;;) {
      try {
        const message = this.#lines.readMessage();
        if (message === null) return;
        this.onmessage?.(message);
      } catch (error) {
        this.onerror?.(error instanceof Error ? error : new Error(String(error)));
      }
    }
  }

  #watchErrors(stderr: Readable): void {
    stderr.on("data", (chunk: Buffer) => {
      const text = chunk.toString("utf8");
      this.#errors = (this.#errors + text).slice(-keptErrors);
      this.#request.log.debug(`stderr of ${this.#request.command}: ${text.trimEnd()}`);
    });
  }
}

function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch {
    // It is gone already.
  }
}

/** Resolves when everything was read, for whatever reason there is no more. */
function emptied(stream: Readable): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  stream.once("close", resolve).once("error", () => resolve());
  return promise;
}

function pause(ms: number): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  // Alone, it keeps no process from ending.
  setTimeout(resolve, ms).unref();
  return promise;
}

function nothing(): void {}
