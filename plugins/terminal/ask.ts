import { createInterface } from "node:readline";
import type { ReviewDecision } from "../../core/index.ts";
import type { Streams } from "./streams.ts";

/** A decision, and who made it. */
export interface Decision {
  readonly decision: ReviewDecision;
  readonly by: "person" | "flag" | "nobody";
  readonly note?: string;
}

export interface AskOptions {
  readonly answer: "yes" | "no" | undefined;
  readonly streams: Streams;
  /** Where the question is written. */
  readonly output: Streams["stdout"];
  /** Withdraws the question. */
  readonly signal: AbortSignal;
  /** The person pressed Ctrl-C. */
  interrupted(): void;
}

/** Decides a question: by flag, else by the person at the terminal, else no. */
export async function decide(options: AskOptions): Promise<Decision> {
  if (options.answer === "yes") return { decision: "approved", by: "flag" };
  if (options.answer === "no") return { decision: "denied", by: "flag" };
  if (options.streams.stdin.isTTY !== true || options.output.isTTY !== true) {
    return { decision: "denied", by: "nobody", note: "nobody is there to be asked" };
  }
  return askPerson(options);
}

const choices = "  y yes   a yes, for the session   n [why] no   x no, and end the turn";

async function askPerson(options: AskOptions): Promise<Decision> {
  const { streams, output, signal } = options;
  const lines = createInterface({
    input: streams.stdin,
    output,
    terminal: true,
    prompt: "  > ",
    signal,
  });
  lines.on("SIGINT", () => options.interrupted());
  output.write(`${choices}\n`);
  lines.prompt();
  for await (const line of lines) {
    const decision = readKey(line);
    // Leaving the loop closes the interface.
    if (decision !== undefined) return decision;
    output.write("  y, a, n or x?\n");
    lines.prompt();
  }
  // Ctrl-D, or the question was withdrawn.
  return { decision: "denied", by: "nobody", note: "the question was left unanswered" };
}

/** What a typed line decides, `undefined` where it does not say. */
export function readKey(line: string): Decision | undefined {
  const [, word = "", rest = ""] = /^\s*(\S+)\s*(.*?)\s*$/s.exec(line) ?? [];
  switch (word.toLowerCase()) {
    case "y":
    case "yes":
      return { decision: "approved", by: "person" };
    case "a":
    case "all":
      return { decision: "approved_for_session", by: "person" };
    case "n":
    case "no":
      return { decision: "denied", by: "person", ...(rest !== "" && { note: rest }) };
    case "x":
    case "abort":
      return { decision: "abort", by: "person" };
    default:
      return undefined;
  }
}
