import type { Writable } from "node:stream";
import type { ConversationEvent } from "../../core/index.ts";
import type { Decision } from "./ask.ts";
import { exitCode, type Report, type TurnEnd } from "./report.ts";
import type { Streams } from "./streams.ts";

/** One JSON object a line on stdout: `event`, `question` and, at last, `result`. */
export class JsonReport implements Report {
  readonly #stdout: Writable;
  readonly #stderr: Writable;

  constructor(streams: Streams) {
    this.#stdout = streams.stdout;
    this.#stderr = streams.stderr;
  }

  event({ id, msg }: ConversationEvent): void {
    this.#print({ type: "event", id, msg });
  }

  question(message: string): void {
    this.#stderr.write(`${message}\n`);
  }

  decided(message: string, { decision, by, note }: Decision): void {
    this.#print({ type: "question", message, decision, by, note });
  }

  log(line: string): void {
    this.#stderr.write(`${line}\n`);
  }

  end(end: TurnEnd): void {
    const { answer, failure, ms, usage } = end;
    this.#print({
      type: "result",
      ok: exitCode(end) === 0,
      text: answer?.text ?? failure ?? "",
      threadId: answer?.threadId,
      notes: answer === undefined ? undefined : [...answer.notes],
      ms: Math.round(ms),
      usage,
    });
  }

  #print(line: object): void {
    this.#stdout.write(`${JSON.stringify(line)}\n`);
  }
}
