import { PassThrough } from "node:stream";
import { z } from "zod";
import type { Log } from "../../core/services/log.ts";
import type { Tool } from "../../core/protocol/tool.ts";
import { Registry } from "../../host/plugins/registry.ts";
import type { ToolHandler } from "../../host/plugins/registry.ts";
import { serveHost } from "../../host/host.ts";
import type { BootedPlugins, BootSeams, HostOptions } from "../../host/host.ts";

/** A line from the host, with the members tests look at. */
export interface Line {
  jsonrpc?: string;
  id?: unknown;
  method?: string;
  params?: Record<string, unknown>;
  result?: Record<string, unknown>;
  error?: { code: number; message: string; data?: unknown };
}

/** A host in this process with a registry filled by hand, and its client's end. */
export class Wire {
  readonly stdin = new PassThrough();
  readonly stdout = new PassThrough();
  readonly stderr = new PassThrough();
  readonly lines: (Line | Line[])[] = [];
  readonly text: string[] = [];
  readonly code: Promise<number>;
  seams: BootSeams | undefined;
  closedWith: number | undefined;
  #log = "";
  #rest = "";
  #wake = Promise.withResolvers<void>();
  #nextId = 1000;

  constructor(
    fill: (registry: Registry) => void = () => undefined,
    given: {
      options?: HostOptions;
      env?: Record<string, string>;
      close?: () => Promise<void>;
      boot?: () => Promise<void>;
      signals?: boolean;
    } = {},
  ) {
    this.stdout.setEncoding("utf8").on("data", (text: string) => this.#take(text));
    this.stderr.setEncoding("utf8").on("data", (text: string) => (this.#log += text));
    const boot = async (seams: BootSeams): Promise<BootedPlugins> => {
      this.seams = seams;
      await given.boot?.();
      const registry = new Registry();
      fill(registry);
      const close = async (limitMs?: number) => {
        this.closedWith = limitMs;
        await given.close?.();
      };
      return { registry, close };
    };
    this.code = serveHost({
      stdin: this.stdin,
      stdout: this.stdout,
      stderr: this.stderr,
      env: given.env ?? { PORTICO_LOG: "debug" },
      cwd: "/",
      version: "9.9.9",
      boot,
      ...(given.options && { options: given.options }),
      ...(given.signals && { signals: true }),
    });
  }

  /** What the log holds, once there is something of it. */
  async log(text: string): Promise<string> {
    while (!this.#log.includes(text)) {
      await new Promise((resolve) => this.stderr.once("data", resolve));
    }
    return this.#log;
  }

  write(text: string | Uint8Array): void {
    this.stdin.write(text);
  }

  /** One line as it stands, or an object as JSON. */
  send(message: object | string): void {
    this.write(`${typeof message === "string" ? message : JSON.stringify(message)}\n`);
  }

  notify(method: string, params?: object): void {
    this.send({ jsonrpc: "2.0", method, ...(params && { params }) });
  }

  post(id: unknown, method: string, params?: object): void {
    this.send({ jsonrpc: "2.0", id, method, ...(params && { params }) });
  }

  async request(method: string, params?: object): Promise<Line> {
    this.#nextId += 1;
    const id = this.#nextId;
    this.post(id, method, params);
    return this.answer(id);
  }

  answer(id: unknown): Promise<Line> {
    return this.find((line) => line.id === id && line.method === undefined);
  }

  /** The first single line that fits, once it is there. */
  async find(fits: (line: Line) => boolean): Promise<Line> {
    for (;;) {
      const found = this.lines.find((line) => !Array.isArray(line) && fits(line));
      if (found !== undefined && !Array.isArray(found)) return found;
      await this.#wake.promise;
    }
  }

  /** Everything that was queued up to now has arrived. */
  async settled(): Promise<void> {
    await this.request("ping");
  }

  /** What came back for this line, up to the answer of a ping behind it. */
  async echo(line: string | Uint8Array): Promise<unknown[]> {
    const from = this.lines.length;
    this.write(line);
    this.write("\n");
    await this.settled();
    return this.lines.slice(from, -1);
  }

  async initialize(
    protocolVersion = "2025-11-25",
    capabilities: object = { elicitation: {} },
  ): Promise<Line> {
    const clientInfo = { name: "tester", version: "1.2.3" };
    const answer = await this.request("initialize", { protocolVersion, capabilities, clientInfo });
    this.notify("notifications/initialized");
    return answer;
  }

  async end(): Promise<number> {
    this.stdin.end();
    return this.code;
  }

  #take(text: string): void {
    const parts = (this.#rest + text).split("\n");
    this.#rest = parts.pop() ?? "";
    for (const part of parts) {
      this.text.push(part);
      this.lines.push(JSON.parse(part) as Line);
    }
    this.#wake.resolve();
    this.#wake = Promise.withResolvers<void>();
  }
}

export const silentLog: Log = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** Registers a tool as a boot would; by default it takes any arguments and says "done". */
export function addTool(
  registry: Registry,
  tool: Partial<Tool> & { name: string },
  handler: ToolHandler = () => ({ content: [{ type: "text", text: "done" }] }),
): void {
  const input = typeof tool.input === "object" ? tool.input : z.object({});
  const output = typeof tool.output === "object" ? z.toJSONSchema(tool.output) : undefined;
  registry.tools.set(tool.name, {
    plugin: "testing",
    log: silentLog,
    definition: { title: `The ${tool.name}`, description: `It is ${tool.name}.`, input, ...tool },
    handler,
    inputSchema: JSON.parse(JSON.stringify(z.toJSONSchema(input))) as Record<string, never>,
    outputSchema: output && (JSON.parse(JSON.stringify(output)) as Record<string, never>),
  });
}

/** A gate that a handler waits at: `reached` when it is there, `open` to let it go on. */
export function gate(): { reached: Promise<void>; wait: () => Promise<void>; open: () => void } {
  const reached = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  const wait = () => {
    reached.resolve();
    return opened.promise;
  };
  return { reached: reached.promise, wait, open: () => opened.resolve() };
}

/** Resolves when the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
}
