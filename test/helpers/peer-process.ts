import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** The built program. */
export const program = fileURLToPath(new URL("../../dist/portico.cjs", import.meta.url));

/** A message from the server, with the members tests look at. */
export interface Message {
  jsonrpc?: string;
  id?: string | number;
  method?: string;
  params?: Record<string, unknown>;
  result?: Record<string, unknown>;
  error?: { code: number; message: string; data?: unknown };
}

/** The exit of a process: its code, or the signal that ended it, and how long that took. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
  ms: number;
}

/**
 * A server process over real pipes. Every line it prints is kept in `messages`; a line that is not
 * JSON lands in `garbage`, which a test can assert to be empty.
 */
export class PeerProcess {
  readonly messages: Message[] = [];
  readonly garbage: string[] = [];
  stderr = "";
  readonly child: ChildProcess;
  readonly exited: Promise<Exit>;
  #rest = "";
  #waiters = new Set<() => void>();
  #nextId = 0;
  #ended = false;

  constructor(
    args: readonly string[],
    options: { env?: Record<string, string>; cwd?: string; command?: string } = {},
  ) {
    const command = options.command ?? process.execPath;
    const argv = options.command === undefined ? [program, ...args] : [...args];
    this.child = spawn(command, argv, {
      cwd: options.cwd,
      // The person's own home must neither be read nor written.
      env: { ...process.env, PORTICO_HOME: undefined, ...options.env },
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.child.stdout?.setEncoding("utf8").on("data", (text: string) => this.#take(text));
    this.child.stderr?.setEncoding("utf8").on("data", (text: string) => (this.stderr += text));
    this.child.stdin?.on("error", () => undefined);
    const started = performance.now();
    this.exited = once(this.child, "close").then(([code, signal]) => {
      this.#ended = true;
      this.#wake();
      return {
        code: code as number | null,
        signal: signal as NodeJS.Signals | null,
        ms: performance.now() - started,
      };
    });
  }

  /** Writes text or bytes as they are. */
  write(data: string | Uint8Array): void {
    this.child.stdin?.write(data);
  }

  send(message: object): void {
    this.write(`${JSON.stringify(message)}\n`);
  }

  notify(method: string, params?: object): void {
    this.send({ jsonrpc: "2.0", method, ...(params && { params }) });
  }

  /** Sends a request and gives its id without waiting. */
  post(method: string, params?: object): number {
    const id = this.#nextId;
    this.#nextId += 1;
    this.send({ jsonrpc: "2.0", id, method, ...(params && { params }) });
    return id;
  }

  /** Sends a request and waits for its answer. */
  async request(method: string, params?: object): Promise<Message> {
    return this.answer(this.post(method, params));
  }

  /** The answer to a request of ours, once it is there. */
  answer(id: string | number): Promise<Message> {
    return this.waitFor((message) => message.id === id && message.method === undefined);
  }

  /** The first message from index `from` on that fits, once it is there. */
  async waitFor(fits: (message: Message) => boolean, from = 0): Promise<Message> {
    for (;;) {
      const found = this.messages.slice(from).find(fits);
      if (found !== undefined) return found;
      if (this.#ended) {
        throw new Error(`the server ended without it; stderr: ${this.stderr.slice(-2000)}`);
      }
      await new Promise<void>((resolve) => this.#waiters.add(resolve));
    }
  }

  /** Waits for an event of this type; its `msg`. */
  async event(type: string, from = 0): Promise<Record<string, unknown>> {
    const found = await this.waitFor((message) => eventOf(message)?.["type"] === type, from);
    return eventOf(found) ?? {};
  }

  /** All events so far, as their `msg`. */
  events(): Record<string, unknown>[] {
    return this.messages.map(eventOf).filter((msg) => msg !== undefined);
  }

  /** Answers a request of the server. */
  respond(id: string | number | undefined, result: object): void {
    this.send({ jsonrpc: "2.0", id, result });
  }

  async initialize(
    capabilities: object = { elicitation: {} },
    protocolVersion = "2025-11-25",
  ): Promise<Message> {
    const answer = await this.request("initialize", {
      protocolVersion,
      capabilities,
      clientInfo: { name: "test-client", version: "1.0.0" },
    });
    this.notify("notifications/initialized");
    return answer;
  }

  /** Ends the server's input and waits for its exit; `ms` counts from here. */
  async end(): Promise<Exit> {
    const from = performance.now();
    this.child.stdin?.end();
    const exit = await this.exited;
    return { ...exit, ms: performance.now() - from };
  }

  /** Makes sure that nothing is left of it. */
  async dispose(): Promise<void> {
    if (!this.#ended) this.child.kill("SIGKILL");
    await this.exited;
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) {
      try {
        this.messages.push(JSON.parse(line) as Message);
      } catch {
        this.garbage.push(line);
      }
    }
    this.#wake();
  }

  #wake(): void {
    for (const waiter of this.#waiters) waiter();
    this.#waiters.clear();
  }
}

function eventOf(message: Message): Record<string, unknown> | undefined {
  if (message.method !== "codex/event") return undefined;
  return message.params?.["msg"] as Record<string, unknown> | undefined;
}
