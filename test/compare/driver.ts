import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mockModel, type Entry, type MockModel } from "../helpers/mock-model.ts";
import type { Message } from "../helpers/peer-process.ts";
import { tempHome, type TempHome } from "../helpers/temp-home.ts";
import { plain } from "./plain.ts";

/** A server to compare: any command that speaks one of the two dialects on its pipes. */
export interface Target {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** What was seen, by the names of the steps. */
export type Transcript = Map<string, unknown>;

/** Milliseconds after which a request counts as never answered. */
const silence = 1500;

/** One process of a target in a home of its own, and what it says. */
export class Driver {
  readonly home: TempHome;
  readonly model: MockModel;
  readonly seen: Transcript = new Map();
  readonly messages: Message[] = [];
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;
  #waiters = new Set<() => void>();
  #rest = "";
  #id = 100;

  private constructor(target: Target, home: TempHome, model: MockModel) {
    this.home = home;
    this.model = model;
    this.#child = spawn(target.command, target.args, {
      cwd: home.workspace,
      env: { ...process.env, ...target.env, CODEX_HOME: home.home, PORTICO_HOME: undefined },
      stdio: ["pipe", "pipe", "ignore"],
    });
    this.#exited = once(this.#child, "close");
    this.#child.stdin?.on("error", () => undefined);
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => this.#take(text));
  }

  static async start(target: Target, script: readonly Entry[], config = ""): Promise<Driver> {
    const model = await mockModel(script);
    const home = tempHome({ baseUrl: model.url, extra: config });
    return new Driver(target, home, model);
  }

  /** Keeps something under the name of a step, without what differs from run to run. */
  note(step: string, value: unknown): void {
    this.seen.set(step, plain(value, this.home));
  }

  /** Sends a request and keeps its answer. */
  async ask(step: string, method: string, params?: unknown): Promise<Record<string, unknown>> {
    const answer = await this.reply(this.post(method, params));
    this.note(step, answer === undefined ? "no reply" : (answer.error ?? answer.result));
    return answer?.result ?? {};
  }

  post(method: string, params?: unknown): number {
    const id = (this.#id += 1);
    this.send({ jsonrpc: "2.0", id, method, params });
    return id;
  }

  send(message: object): void {
    this.write(`${JSON.stringify(message)}\n`);
  }

  write(data: string | Uint8Array): void {
    this.#child.stdin?.write(data);
  }

  reply(id: number): Promise<Message | undefined> {
    return this.wait((message) => message.id === id && message.method === undefined);
  }

  /** The first message from index `from` on that fits; absent when it does not come. */
  async wait(fits: (one: Message) => boolean, from = 0): Promise<Message | undefined> {
    const end = performance.now() + silence;
    for (;;) {
      const found = this.messages.slice(from).find(fits);
      if (found !== undefined || performance.now() > end) return found;
      await new Promise<void>((resolve) => {
        this.#waiters.add(resolve);
        setTimeout(resolve, end - performance.now() + 1);
      });
    }
  }

  event(type: string, from = 0): Promise<Message | undefined> {
    return this.wait(({ method }) => method === `codex/event/${type}`, from);
  }

  /** Messages of events from index `from` on. */
  events(from = 0): Record<string, unknown>[] {
    return this.messages
      .slice(from)
      .filter(({ method }) => method?.startsWith("codex/event/"))
      .map(({ params }) => params?.["msg"] as Record<string, unknown>);
  }

  /** The same handshake fits both dialects. */
  async initialize(): Promise<unknown> {
    const clientInfo = { name: "probe", version: "9.9" };
    const params = { protocolVersion: "2025-06-18", capabilities: {}, clientInfo };
    return (await this.reply(this.post("initialize", params)))?.result;
  }

  /** Ends its input, or the process where that is not enough. */
  async close(): Promise<Transcript> {
    this.#child.stdin?.end();
    const late = setTimeout(() => this.#child.kill("SIGKILL"), 5000);
    await this.#exited;
    clearTimeout(late);
    await this.model.close();
    this.home.dispose();
    return this.seen;
  }

  #take(text: string): void {
    const lines = (this.#rest + text).split("\n");
    this.#rest = lines.pop() ?? "";
    for (const line of lines) this.messages.push(JSON.parse(line) as Message);
    for (const waiter of this.#waiters) waiter();
    this.#waiters.clear();
  }
}
