import { ConversationError } from "../../core/index.ts";
import type { CommandRequest, CommandResult, Commands } from "../../core/index.ts";
import type { Surroundings } from "./surroundings.ts";

/** Single commands outside of any conversation. What it takes to run one is loaded with the first. */
export class OneOffCommands implements Commands {
  readonly #surroundings: Surroundings;
  readonly #closing = new AbortController();
  readonly #running = new Set<Promise<unknown>>();
  #hadAny = false;

  constructor(surroundings: Surroundings) {
    this.#surroundings = surroundings;
  }

  async run(request: CommandRequest, signal?: AbortSignal): Promise<CommandResult> {
    const { runOneOff } = await import("./exec/one-off.ts");
    const closing = this.#closing.signal;
    if (closing.aborted) throw new ConversationError("session", "the server is closing");
    const ended = signal === undefined ? closing : AbortSignal.any([closing, signal]);
    const running = runOneOff(this.#surroundings, request, ended);
    this.#running.add(running);
    this.#hadAny = true;
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  /** Ends what still runs, with all of its processes. */
  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled(this.#running);
    if (!this.#hadAny) return;
    // What the others left in the background.
    const { killAll } = await import("./exec/run.ts");
    killAll();
  }
}
