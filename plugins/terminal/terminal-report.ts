import type { ConversationEvent } from "../../core/index.ts";
import type { Decision } from "./ask.ts";
import { clean } from "./clean.ts";
import { isShownAsEvent, readable } from "./log-line.ts";
import { paintFor, type Paint } from "./paint.ts";
import { Renderer, timeText, tokenText } from "./render.ts";
import { exitCode, type Report, type TurnEnd } from "./report.ts";
import type { Streams } from "./streams.ts";

/** Shows a turn to a person as it goes on. */
export class TerminalReport implements Report {
  readonly #streams: Streams;
  readonly #paint: Paint;
  readonly #renderer: Renderer;
  /** What was shown last of the agent's words or of what went wrong; not said twice at the end. */
  #said = "";

  constructor(streams: Streams, folder: string) {
    this.#streams = streams;
    this.#paint = paintFor(streams.stdout);
    this.#renderer = new Renderer(this.#paint, folder);
  }

  event({ msg }: ConversationEvent): void {
    if (msg.type === "agent_message" || msg.type === "error") this.#said = msg.message;
    this.#write(this.#renderer.render(msg));
  }

  question(message: string): void {
    const mark = this.#paint("yellow", "?");
    this.#write(`${this.#renderer.close()}\n${mark} ${this.#paint("bold", clean(message))}\n`);
  }

  decided(_: string, { decision, by, note }: Decision): void {
    const words = { person: "you", flag: "the command line", nobody: "nobody" };
    const why = note === undefined ? "" : `: ${note}`;
    const text = `${decision.replaceAll("_", " ")} (answered by ${words[by]}${why})`;
    this.#write(`  ${this.#paint(decision.startsWith("approved") ? "green" : "red", text)}\n`);
  }

  log(line: string): void {
    if (isShownAsEvent(line)) return;
    this.#write(this.#renderer.close());
    this.#streams.stderr.write(`${readable(line)}\n`);
  }

  end(end: TurnEnd): void {
    const { answer, failure, ms } = end;
    const ok = exitCode(end) === 0;
    const text = answer?.text ?? failure ?? "";
    this.#write(this.#renderer.close());
    if (text !== this.#said)
      this.#write(`\n${ok ? clean(text) : this.#paint("red", clean(text))}\n`);
    for (const note of answer?.notes ?? []) this.#write(this.#paint("yellow", `note: ${note}\n`));
    const { usage } = this.#renderer;
    const facts = [timeText(ms), ...(usage === undefined ? [] : [tokenText(usage)])].join(" · ");
    const mark = ok ? this.#paint("green", "✔ done") : this.#paint("red", "✖ not done");
    this.#write(`\n${mark} ${this.#paint("dim", `in ${facts}`)}\n`);
  }

  #write(text: string): void {
    if (text !== "") this.#streams.stdout.write(text);
  }
}
