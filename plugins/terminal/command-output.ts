import { clean } from "./clean.ts";

const shownLines = 40;

/** The output of one command as whole lines, as many as a person wants to see go by. */
export class CommandOutput {
  readonly #decoders = { stdout: new TextDecoder(), stderr: new TextDecoder() };
  readonly #rest = { stdout: "", stderr: "" };
  #lines = 0;

  /** The lines that this chunk completes. */
  add(stream: "stdout" | "stderr", base64: string): string[] {
    const bytes = Buffer.from(base64, "base64");
    return this.#take(stream, this.#decoders[stream].decode(bytes, { stream: true }));
  }

  /** The unfinished lines, and how many were left out; `unseen` is shown when nothing came before. */
  end(unseen: string): string[] {
    const lines = [this.#take("stdout", "\n"), this.#take("stderr", "\n")].flat();
    if (this.#lines === 0) lines.push(...this.#take("stderr", unseen.replace(/\n?$/, "\n")));
    const hidden = this.#lines - shownLines;
    return hidden > 0 ? [...lines, `… ${hidden} more lines`] : lines;
  }

  #take(stream: "stdout" | "stderr", text: string): string[] {
    if (text === "\n" && this.#rest[stream] === "") return [];
    const lines = (this.#rest[stream] + text).split("\n");
    this.#rest[stream] = lines.pop() ?? "";
    const room = Math.max(0, shownLines - this.#lines);
    this.#lines += lines.length;
    return lines.slice(0, room).map(lastState);
  }
}

/** What a line that was drawn over with carriage returns shows in the end. */
function lastState(line: string): string {
  return clean(line.replace(/\r$/, "").replace(/^.*\r/s, ""));
}
