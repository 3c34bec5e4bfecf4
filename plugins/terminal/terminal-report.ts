import type { ConversationEvent } from "../../core/index.ts";
import type { Decision } from "./ask.ts";
import { clean } from "./clean.ts";
import { isShownAsEvent, readable } from "./log-line.ts";
import { paintFor, type Paint } from "./paint.ts";
import { Renderer, timeText, tokenText } from "./render.ts";
import { exitCode, type Report, type TurnEnd } from "./report.ts";
import type { Streams } from "./streams.ts";
import { wrapped, type Width } from "./wrap.ts";

const writeRefused = /read-only file system|permission denied|operation not permitted/i;
const hint =
  "hint: the sandbox is read-only unless you say otherwise; with -s workspace-write commands may write in the working folder";

/** Shows a turn to a person as it goes on. */
export class TerminalReport implements Report {
  readonly #streams: Streams;
  readonly #paint: Paint;
  readonly #renderer: Renderer;
  /** What was shown last of the agent's words or of what went wrong; not said twice at the end. */
  #said = "";
  /** A command could not write, in a sandbox that this command line could have opened. */
  #wasStopped = false;
  readonly #width: Width;
  readonly #isReadOnly: boolean;

  /** `isReadOnly`: nothing on the command line says that commands may write. */
  constructor(streams: Streams, { folder, isReadOnly }: { folder: string; isReadOnly: boolean }) {
    this.#streams = streams;
    this.#isReadOnly = isReadOnly;
    this.#paint = paintFor(streams.stdout);
    this.#width = () => (streams.stdout.isTTY === true ? streams.stdout.columns : undefined);
    this.#renderer = new Renderer(this.#paint, folder, this.#width);
  }

  event({ msg }: ConversationEvent): void {
    if (msg.type === "agent_message" || msg.type === "error") this.#said = msg.message;
    if (msg.type === "exec_command_end" && msg.exit_code !== 0) {
      this.#wasStopped ||= writeRefused.test(msg.aggregated_output);
    }
    this.#write(this.#renderer.render(msg));
  }

  question(message: string): void {
    const mark = this.#paint("yellow", "?");
    this.#write(
      `${this.#renderer.close()}\n${mark} ${this.#paint("bold", wrapped(clean(message), this.#width))}\n`,
    );
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
    if (text !== this.#said) {
      const shown = wrapped(clean(text), this.#width);
      this.#write(`\n${ok ? shown : this.#paint("red", shown)}\n`);
    }
    const notes = (answer?.notes ?? []).map((note) => `note: ${note}`);
    if (this.#wasStopped && this.#isReadOnly) notes.push(`\n${hint}`);
    for (const note of notes) {
      this.#write(this.#paint("yellow", `${wrapped(note, this.#width)}\n`));
    }
    const { usage } = this.#renderer;
    const facts = [timeText(ms), ...(usage === undefined ? [] : [tokenText(usage)])].join(" · ");
    const mark = ok ? this.#paint("green", "✔ done") : this.#paint("red", "✖ not done");
    this.#write(`\n${mark} ${this.#paint("dim", `in ${facts}`)}\n`);
  }

  #write(text: string): void {
    if (text !== "") this.#streams.stdout.write(text);
  }
}
