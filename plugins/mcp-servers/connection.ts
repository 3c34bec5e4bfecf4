import type { AgentToolCall, JsonObject } from "../../core/index.ts";
import { Link } from "./link.ts";
import { isOwnProgram } from "./own-program.ts";
import type { ServerSettings } from "./settings.ts";
import type { Surroundings } from "./transport.ts";
import type { CallResult, ListedTool } from "./wire.ts";

/** One server of one conversation: its link, and another one when that is lost. */
export class Connection {
  readonly #settings: ServerSettings;
  readonly #surroundings: Surroundings;
  readonly #closing = new AbortController();
  #link: Promise<Link> | undefined;
  #reopening: Promise<Link> | undefined;

  constructor(settings: ServerSettings, surroundings: Surroundings) {
    this.#settings = settings;
    this.#surroundings = surroundings;
  }

  /** Starts the server and lists its tools, both within its start-up time. */
  async open(signal: AbortSignal | undefined): Promise<ListedTool[]> {
    const { endpoint, startupTimeoutMs } = this.#settings;
    const { cwd, environment } = this.#surroundings;
    const from = { cwd, path: environment.env["PATH"] };
    if ("command" in endpoint && (await isOwnProgram(endpoint, process.argv[1], from))) {
      throw new Error("it is this program itself, which would start itself over and over");
    }
    return withDeadline(startupTimeoutMs, [this.#closing.signal, signal], async (within) => {
      const link = await this.#open(within);
      return link.tools(within);
    });
  }

  /** Calls a tool, on a new link if the last one is lost. Rejects with the reason in words. */
  async call(tool: string, args: JsonObject | undefined, call: AgentToolCall): Promise<CallResult> {
    return (await this.#live(call)).call(tool, args, call);
  }

  /** Never rejects. */
  async close(): Promise<void> {
    this.#closing.abort(new Error("the conversation was closed"));
    await this.#link?.then((link) => link.close()).catch(() => undefined);
  }

  async #live({ emit }: AgentToolCall): Promise<Link> {
    const link = await this.#link;
    if (link !== undefined && !link.lost) return link;
    // Calls that find it lost at the same time get the same new one.
    this.#reopening ??= this.#reopen(link, emit).finally(() => {
      this.#reopening = undefined;
    });
    return this.#reopening;
  }

  async #reopen(lost: Link | undefined, emit: AgentToolCall["emit"]): Promise<Link> {
    await lost?.close();
    const { name, startupTimeoutMs } = this.#settings;
    const opened = await withDeadline(startupTimeoutMs, [this.#closing.signal], (within) =>
      this.#open(within),
    );
    emit({ type: "background_event", message: `mcp server "${name}" was started again` });
    return opened;
  }

  /** A link that could not be had is forgotten: the next use tries again. */
  #open(signal: AbortSignal): Promise<Link> {
    const opening = Link.open(this.#settings, this.#surroundings, signal);
    this.#link = opening;
    void opening.catch(() => {
      if (this.#link === opening) this.#link = undefined;
    });
    return opening;
  }
}

/** Runs something that gives up with the reason of the first signal, or when its time is over. */
async function withDeadline<T>(
  ms: number,
  signals: readonly (AbortSignal | undefined)[],
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = new AbortController();
  const late = new Error(`it was not ready within ${ms / 1000} s`);
  const timer = setTimeout(() => deadline.abort(late), Math.min(ms, 2 ** 31 - 1));
  const present = signals.filter((signal) => signal !== undefined);
  try {
    return await run(AbortSignal.any([deadline.signal, ...present]));
  } finally {
    clearTimeout(timer);
  }
}
