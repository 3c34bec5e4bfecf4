import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import type { Target } from "./targets.ts";

type Json = Record<string, unknown>;

export const initialization = {
  id: "init",
  method: "initialize",
  params: {
    protocolVersion: "2025-06-18",
    capabilities: { elicitation: {} },
    clientInfo: { name: "bench", version: "1.0.0" },
  },
};

/** A client that counts lines without parsing more than it must. */
export class Connection {
  readonly child: ChildProcess;
  readonly startedAt = performance.now();
  /** Called with each line; replaced by what a measure needs. */
  onLine: (line: string) => void = () => undefined;
  #rest = "";

  constructor(target: Target, options: { env?: Record<string, string>; cwd?: string } = {}) {
    this.child = spawn(target.command, [...target.args], {
      cwd: options.cwd,
      env: { ...process.env, ...options.env, ...target.env },
      stdio: ["pipe", "pipe", "ignore"],
    });
    this.child.stdin?.on("error", () => undefined);
    this.child.stdout?.on("data", (chunk: Buffer) => this.#take(chunk.toString("latin1")));
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.onLine(line);
  }

  write(text: string): void {
    this.child.stdin?.write(text);
  }

  send(message: Json): void {
    this.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  }

  /** Sends a request and resolves with its answer; `other` sees every other message. */
  request(message: Json, other: (message: Json) => void = () => undefined): Promise<Json> {
    return new Promise((resolve) => {
      this.onLine = (line) => {
        const got = JSON.parse(line) as Json;
        if (got["id"] === message["id"] && got["method"] === undefined) resolve(got);
        else other(got);
      };
      this.send(message);
    });
  }

  async initialize(): Promise<void> {
    await this.request(initialization);
    this.send({ method: "notifications/initialized" });
  }

  /** Processor seconds this process has used. */
  cpu(): number {
    const fields = this.#proc("stat").split(") ")[1]?.split(" ") ?? [];
    return (Number(fields[11]) + Number(fields[12])) / 100;
  }

  /** A line of /proc/PID/status in MiB. */
  memory(line: "VmRSS" | "VmHWM"): number {
    const found = new RegExp(`${line}:\\s+(\\d+)`).exec(this.#proc("status"));
    return Number(found?.[1]) / 1024;
  }

  /** MiB that stay resident once the process has been quiet for so long. */
  async settled(seconds = 2): Promise<number> {
    await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
    return this.memory("VmRSS");
  }

  #proc(file: string): string {
    return readFileSync(`/proc/${this.child.pid}/${file}`, "utf8");
  }

  async close(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const closed = once(this.child, "close");
    // As clients do: the end of input first, force when that is not enough.
    this.child.stdin?.end();
    const force = setTimeout(() => this.child.kill("SIGKILL"), 2000);
    await closed;
    clearTimeout(force);
  }
}
