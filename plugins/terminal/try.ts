import { setImmediate, setTimeout } from "node:timers/promises";
import { resolve } from "node:path";
import { errorMessage } from "../../core/index.ts";
import type { ConversationEvent, Environment, JsonObject, TokenUsage } from "../../core/index.ts";
import { decide } from "./ask.ts";
import { connect, type Session, type TurnAnswer } from "./client.ts";
import { onInterrupt } from "./interrupt.ts";
import { JsonReport } from "./json-report.ts";
import type { TryOptions } from "./options.ts";
import { exitCode, type Report } from "./report.ts";
import type { Streams } from "./streams.ts";
import { TerminalReport } from "./terminal-report.ts";

/** Carries one prompt to its end; resolves with the exit code. */
export async function tryPrompt(
  options: TryOptions,
  environment: Environment,
  streams: Streams,
): Promise<number> {
  const folder = resolve(environment.cwd, options.settings["cwd"] ?? ".");
  const report = options.json
    ? new JsonReport(streams)
    : new TerminalReport(streams, { folder, isReadOnly: isReadOnly(options) });
  const turn = new Turn(options, report, streams);
  let session: Session;
  try {
    session = await connect(options.server, environment, turn);
  } catch (error) {
    report.log(`portico: the server did not start: ${errorMessage(error)}`);
    return 2;
  }
  return turn.run(session);
}

/** What the person's config.toml says is not known here. */
function isReadOnly({ settings, server }: TryOptions): boolean {
  if (server.some((word) => word.startsWith("sandbox_mode"))) return false;
  return (settings["sandbox"] ?? "read-only") === "read-only";
}

/** One call of `codex`, seen from the person's side. */
class Turn {
  readonly #options: TryOptions;
  readonly #report: Report;
  readonly #streams: Streams;
  readonly #cancel = new AbortController();
  readonly #over = Promise.withResolvers<void>();
  #session: Session | undefined;
  #usage: TokenUsage | undefined;

  constructor(options: TryOptions, report: Report, streams: Streams) {
    this.#options = options;
    this.#report = report;
    this.#streams = streams;
  }

  async run(session: Session): Promise<number> {
    this.#session = session;
    const stopListening = onInterrupt(() => this.interrupt());
    // Nobody reads any more (`| head`): a reason to stop, not to crash.
    this.#streams.stdout.on("error", () => this.#cancel.abort());
    const started = performance.now();
    let answer: TurnAnswer | undefined;
    let failure: string | undefined;
    try {
      const { prompt, settings } = this.#options;
      const args = { prompt, "include-plan-tool": true, ...settings };
      answer = await session.codex(args, this.#cancel.signal);
    } catch (error) {
      failure = this.#cancel.signal.aborted ? "cancelled" : errorMessage(error);
      // The server tells how the turn ended, if it can.
      const patience = setTimeout(2000, undefined, { ref: false });
      await Promise.race([this.#over.promise, session.closed, patience]);
    }
    // The SDK hands out notifications in later ticks than they came in.
    await setImmediate();
    const end = { answer, failure, ms: performance.now() - started, usage: this.#usage };
    this.#report.end(end);
    await session.close();
    stopListening();
    return exitCode(end);
  }

  event(event: ConversationEvent): void {
    const { msg } = event;
    if (msg.type === "token_count") this.#usage = msg.info?.total_token_usage ?? this.#usage;
    this.#report.event(event);
    if (msg.type === "turn_aborted" || msg.type === "task_complete") this.#over.resolve();
  }

  async question(message: string, signal: AbortSignal): Promise<JsonObject> {
    this.#report.question(message);
    const decision = await decide({
      answer: this.#options.answer,
      streams: this.#streams,
      output: this.#options.json ? this.#streams.stderr : this.#streams.stdout,
      signal,
      interrupted: () => this.interrupt(),
    });
    this.#report.decided(message, decision);
    return {
      decision: decision.decision,
      ...(decision.note !== undefined && { note: decision.note }),
    };
  }

  log(line: string): void {
    this.#report.log(line);
  }

  /** The first time cancels the call, the second ends the server. */
  interrupt(): void {
    if (this.#cancel.signal.aborted) {
      this.#session?.kill();
      return;
    }
    this.#report.log("cancelling; Ctrl-C again ends the server");
    this.#cancel.abort();
  }
}
