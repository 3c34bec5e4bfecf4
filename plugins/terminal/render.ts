import type { EventMsg, EventOf, TokenUsage } from "../../core/index.ts";
import { changeLines } from "./changes.ts";
import { clean } from "./clean.ts";
import { CommandOutput } from "./command-output.ts";
import type { Paint } from "./paint.ts";
import { pieces, Prose, wrapped, type Width } from "./wrap.ts";

/** Turns the events of one turn into text for a terminal. It writes nothing itself. */
export class Renderer {
  readonly #paint: Paint;
  readonly #folder: string;
  readonly #width: Width;
  readonly #prose: Prose;
  readonly #outputs = new Map<string, CommandOutput>();
  readonly #shownPatches = new Set<string>();
  /** What the deltas printed last belong to; its line is still open. */
  #streaming: "message" | "reasoning" | undefined;
  /** Tokens of the conversation so far, where the model tells. */
  usage: TokenUsage | undefined;

  /** Paths are shown relative to `folder`; long lines are broken where there is a width. */
  constructor(paint: Paint, folder: string, width: Width = () => undefined) {
    this.#paint = paint;
    this.#folder = folder;
    this.#width = width;
    this.#prose = new Prose(width);
  }

  /** The text to print for an event; often none. */
  render(msg: EventMsg): string {
    if (msg.type === "agent_message_delta") return this.#stream("message", clean(msg.delta));
    if (msg.type === "agent_message") return this.#whole("message", clean(msg.message));
    if (msg.type === "agent_reasoning_delta" || msg.type === "agent_reasoning_raw_content_delta") {
      return this.#stream("reasoning", clean(msg.delta));
    }
    if (msg.type === "agent_reasoning" || msg.type === "agent_reasoning_raw_content") {
      return this.#whole("reasoning", clean(msg.text));
    }
    if (msg.type === "token_count") this.usage = msg.info?.total_token_usage ?? this.usage;
    const lines = this.#lines(msg);
    return lines.length === 0 ? "" : this.close() + lines.map((line) => `${line}\n`).join("");
  }

  /** Ends a line that is still open, so that something else can be printed. */
  close(): string {
    if (this.#streaming === undefined) return "";
    const last = this.#prose.end();
    const rest = last === "" ? "" : this.#tone(this.#streaming, last);
    this.#streaming = undefined;
    return `${rest}\n`;
  }

  #stream(kind: "message" | "reasoning", text: string): string {
    const start = this.#streaming === kind ? "" : `${this.close()}\n`;
    this.#streaming = kind;
    const ready = this.#prose.add(text);
    return ready === "" ? start : start + this.#tone(kind, ready);
  }

  /** A whole text, unless its deltas were shown already. */
  #whole(kind: "message" | "reasoning", text: string): string {
    if (this.#streaming === kind) return this.close();
    if (text === "") return "";
    return `${this.close()}\n${this.#tone(kind, wrapped(text, this.#width))}\n`;
  }

  #tone(kind: "message" | "reasoning", text: string): string {
    return kind === "reasoning" ? this.#paint("dim", text) : text;
  }

  #lines(msg: EventMsg): string[] {
    const paint = this.#paint;
    if (msg.type === "session_configured") {
      return [paint("dim", `model ${clean(msg.model)} · conversation ${msg.session_id}`)];
    }
    if (msg.type === "plan_update") return planLines(msg, paint);
    if (msg.type.startsWith("exec_command_")) return this.#commandLines(msg);
    if (msg.type === "apply_patch_approval_request" || msg.type === "patch_apply_begin") {
      if (this.#shownPatches.has(msg.call_id)) return [];
      this.#shownPatches.add(msg.call_id);
      return ["", ...changeLines(msg.changes, this.#folder, paint)];
    }
    if (msg.type === "patch_apply_end") {
      if (msg.success) return [paint("dim", "  patch applied")];
      return [paint("red", `  patch failed: ${clean(msg.stderr).trim()}`)];
    }
    if (msg.type === "web_search_end") return [paint("dim", `searched: ${clean(msg.query)}`)];
    if (msg.type === "view_image_tool_call") return [paint("dim", `image: ${clean(msg.path)}`)];
    if (msg.type === "mcp_tool_call_begin") return ["", paint("bold", externalText(msg))];
    if (msg.type === "mcp_tool_call_end" && "Err" in msg.result) {
      return [paint("red", `  ${clean(msg.result.Err)}`)];
    }
    if (msg.type === "background_event") return [paint("dim", `  ${clean(msg.message)}`)];
    if (msg.type === "stream_error") return [paint("yellow", clean(msg.message))];
    if (msg.type === "error") return ["", paint("red", `✖ ${clean(msg.message)}`)];
    if (msg.type === "turn_aborted") {
      return [...this.#cutOff(), "", paint("yellow", `✖ aborted: ${msg.reason}`)];
    }
    return [];
  }

  /** What commands printed last that have no end event, as their turn was aborted. */
  #cutOff(): string[] {
    const rest = [...this.#outputs.values()].flatMap((output) => output.end(""));
    this.#outputs.clear();
    return rest.map((line) => this.#bar(line));
  }

  #bar(line: string): string {
    const shown = pieces(line, this.#width, 4);
    return shown.map((piece) => `${this.#paint("dim", "  │")} ${piece}`).join("\n");
  }

  #commandLines(msg: EventMsg): string[] {
    const paint = this.#paint;
    const bar = (line: string) => this.#bar(line);
    if (msg.type === "exec_command_begin") {
      this.#outputs.set(msg.call_id, new CommandOutput());
      return ["", paint("bold", `$ ${commandText(msg.command)}`)];
    }
    if (msg.type === "exec_command_output_delta") {
      return this.#outputs.get(msg.call_id)?.add(msg.stream, msg.chunk).map(bar) ?? [];
    }
    if (msg.type !== "exec_command_end") return [];
    const rest = this.#outputs.get(msg.call_id)?.end(msg.aggregated_output) ?? [];
    this.#outputs.delete(msg.call_id);
    const { secs, nanos } = msg.duration;
    const text = `  exit code ${msg.exit_code} · ${timeText(secs * 1000 + nanos / 1e6)}`;
    return [...rest.map(bar), paint(msg.exit_code === 0 ? "dim" : "red", text)];
  }
}

/** Milliseconds in the unit that suits them. */
export function timeText(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}

/** `1,234 tokens (1,000 in, 234 out)` */
export function tokenText(usage: TokenUsage): string {
  const count = (tokens: number) => tokens.toLocaleString("en");
  const { total_tokens: total, input_tokens: input, output_tokens: output } = usage;
  return `${count(total)} tokens (${count(input)} in, ${count(output)} out)`;
}

function planLines(msg: EventOf<"plan_update">, paint: Paint): string[] {
  const steps = msg.plan.map(({ step, status }) => {
    if (status === "completed") return `  ${paint("green", "✔")} ${paint("dim", clean(step))}`;
    if (status === "pending") return `  ${paint("dim", "○")} ${clean(step)}`;
    return `  ${paint("cyan", "▸")} ${paint("bold", clean(step))}`;
  });
  const explanation = msg.explanation === null ? "" : `: ${clean(msg.explanation)}`;
  return ["", `${paint("bold", "Plan")}${explanation}`, ...steps];
}

function externalText({ invocation }: EventOf<"mcp_tool_call_begin">): string {
  const { server, tool, arguments: args } = invocation;
  return clean(`${server}/${tool} ${args === null ? "" : JSON.stringify(args)}`.trimEnd());
}

/** For display only: the script of a shell call, else the words. */
function commandText(command: readonly string[]): string {
  const script = /^(ba|z|da)?sh$/.test(command[0] ?? "") && command.length === 3;
  if (script) return clean(command[2] ?? "");
  return clean(command.map((word) => (/^[^\s'"]+$/.test(word) ? word : `"${word}"`)).join(" "));
}
