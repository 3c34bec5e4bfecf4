import { describe, expect, it } from "vitest";
import type { EventMsg } from "../../../core/index.ts";
import { plain, type Paint } from "../../../plugins/terminal/paint.ts";
import { Renderer, timeText, tokenText } from "../../../plugins/terminal/render.ts";

const marked: Paint = (format, text) => `<${format}>${text}</>`;

function render(msgs: EventMsg[], paint: Paint = plain): string {
  const renderer = new Renderer(paint, "/project");
  return msgs.map((msg) => renderer.render(msg)).join("") + renderer.close();
}

const base64 = (text: string) => Buffer.from(text).toString("base64");
const begin = (command: string[]): EventMsg => ({
  type: "exec_command_begin",
  call_id: "c",
  command,
  cwd: "/project",
  parsed_cmd: [],
});
const output = (text: string, stream: "stdout" | "stderr" = "stdout"): EventMsg => ({
  type: "exec_command_output_delta",
  call_id: "c",
  stream,
  chunk: base64(text),
});
const end = (exitCode: number, aggregated = ""): EventMsg => ({
  type: "exec_command_end",
  call_id: "c",
  stdout: "",
  stderr: "",
  aggregated_output: aggregated,
  exit_code: exitCode,
  duration: { secs: 1, nanos: 250_000_000 },
  formatted_output: "",
});
const delta = (text: string): EventMsg => ({ type: "agent_message_delta", delta: text });
const message = (text: string): EventMsg => ({ type: "agent_message", message: text });

describe("a message", () => {
  it("is shown as it streams and not again when it is whole", () => {
    expect(render([delta("Hel"), delta("lo"), message("Hello")])).toBe("\nHello\n");
  });

  it("is shown whole where nothing streamed", () => {
    expect(render([message("Hello")])).toBe("\nHello\n");
  });

  it("after a message that streamed is shown too", () => {
    expect(render([delta("One"), message("One"), message("Two")])).toBe("\nOne\n\nTwo\n");
  });

  it("cut off by an error leaves the error a line of its own", () => {
    expect(render([delta("Hel"), { type: "error", message: "gone" }])).toBe("\nHel\n\n✖ gone\n");
  });

  it("is broken between words at the width of the terminal, its output within the bar", () => {
    const renderer = new Renderer(plain, "/project", () => 20);
    const shown = [
      delta("one two three four "),
      delta("fi"),
      delta("ve"),
      message("one two three four five"),
      begin(["ls"]),
      output("0123456789abcdefXYZ\n"),
    ];
    expect(shown.map((msg) => renderer.render(msg)).join("")).toBe(
      "\none two three four\nfive\n\n$ ls\n  │ 0123456789abcdef\n  │ XYZ\n",
    );
    expect(renderer.render(message("one two three four five"))).toBe(
      "\none two three four\nfive\n",
    );
  });

  it("cannot drive the terminal", () => {
    expect(render([message("a\u001b[2Jb\u0007c\u001b]0;title\u0007d\u009b")])).toBe(
      "\nab\u{fffd}cd\u{fffd}\n",
    );
  });
});

describe("reasoning", () => {
  it("is dim, and parted from the message", () => {
    const msgs: EventMsg[] = [
      { type: "agent_reasoning_section_break" },
      { type: "agent_reasoning_delta", delta: "Hm" },
      { type: "agent_reasoning", text: "Hm" },
      delta("Hi"),
    ];
    expect(render(msgs, marked)).toBe("\n<dim>Hm</>\n\nHi\n");
  });
});

describe("a plan", () => {
  it("has a mark for each state", () => {
    const plan: EventMsg = {
      type: "plan_update",
      explanation: "three steps",
      plan: [
        { step: "look", status: "completed" },
        { step: "write", status: "in_progress" },
        { step: "test", status: "pending" },
      ],
    };
    expect(render([plan])).toBe("\nPlan: three steps\n  ✔ look\n  ▸ write\n  ○ test\n");
  });
});

describe("a command", () => {
  it("is shown with its output, line by line, and how it ended", () => {
    const text = render([
      begin(["bash", "-lc", "ls | wc"]),
      output("one\ntw"),
      output("o\n"),
      end(0),
    ]);
    expect(text).toBe("\n$ ls | wc\n  │ one\n  │ two\n  exit code 0 · 1.3 s\n");
  });

  it("keeps characters whole that are split between chunks", () => {
    const bytes = Buffer.from("é\n");
    const halves = [bytes.subarray(0, 1), bytes.subarray(1)].map((chunk): EventMsg => ({
      type: "exec_command_output_delta",
      call_id: "c",
      stream: "stdout",
      chunk: chunk.toString("base64"),
    }));
    expect(render([begin(["x"]), ...halves, end(0)])).toContain("  │ é\n");
  });

  it("shows an unfinished last line, and stderr beside stdout", () => {
    const text = render([begin(["x"]), output("out"), output("err", "stderr"), end(2)], marked);
    expect(text).toContain("<dim>  │</> out\n<dim>  │</> err\n<red>  exit code 2 · 1.3 s</>\n");
  });

  it("that was interrupted shows its unfinished last line", () => {
    const aborted: EventMsg = { type: "turn_aborted", reason: "interrupted" };
    expect(render([begin(["ls"]), output("half"), aborted])).toBe(
      "\n$ ls\n  │ half\n\n✖ aborted: interrupted\n",
    );
    expect(render([begin(["ls"]), aborted])).toBe("\n$ ls\n\n✖ aborted: interrupted\n");
  });

  it("shows what came at the end only", () => {
    expect(render([begin(["x"]), end(-1, "blocked\n")])).toContain("  │ blocked\n  exit code -1");
  });

  it("shows forty lines and counts the rest", () => {
    const lines = Array.from({ length: 50 }, (_, n) => `${n}\n`).join("");
    const text = render([begin(["x"]), output(lines), end(0)]);
    expect(text).toContain("  │ 39\n  │ … 10 more lines\n");
    expect(text).not.toContain("  │ 40\n");
  });

  it("shows what a progress bar drew last", () => {
    expect(render([begin(["x"]), output("10%\r50%\r100%\r\n"), end(0)])).toContain("  │ 100%\n");
  });

  it("shows words with blanks in quotes", () => {
    expect(render([begin(["git", "commit", "-m", "a b"])])).toBe('\n$ git commit -m "a b"\n');
  });
});

describe("a patch", () => {
  const changes = {
    "/project/a.txt": { add: { content: "one\ntwo\n" } },
    "/project/src/b.txt": {
      update: { unified_diff: "@@ -1 +1 @@\n-x\n+y\n z\n", move_path: "/project/c.txt" },
    },
    "/other/d.txt": { delete: { content: "gone" } },
  };
  const request: EventMsg = { type: "apply_patch_approval_request", call_id: "p", changes };
  const apply: EventMsg = {
    type: "patch_apply_begin",
    call_id: "p",
    auto_approved: false,
    changes,
  };

  it("is shown as a diff in colour, paths relative to the folder", () => {
    expect(render([request], marked)).toBe(
      [
        "",
        "<bold>A a.txt</>",
        "  <green>+one</>",
        "  <green>+two</>",
        "<bold>M src/b.txt -> c.txt</>",
        "  <cyan>@@ -1 +1 @@</>",
        "  <red>-x</>",
        "  <green>+y</>",
        "   z",
        "<bold>D /other/d.txt</>",
        "  <red>-gone</>",
        "",
      ].join("\n"),
    );
  });

  it("is shown once, before the question or when it is applied", () => {
    expect(render([request, apply])).toBe(render([request]));
    expect(render([apply])).toBe(render([request]));
  });

  it("that is long is cut", () => {
    const content = Array.from({ length: 130 }, (_, n) => `${n}\n`).join("");
    const text = render([{ ...apply, changes: { "/project/a": { add: { content } } } }]);
    expect(text).toContain("  +119\n  … 10 more lines\n");
  });

  it.each<[boolean, string]>([
    [true, "  patch applied\n"],
    [false, "  patch failed: no such file\n"],
  ])("tells whether it succeeded: %s", (success, text) => {
    const msg: EventMsg = {
      type: "patch_apply_end",
      call_id: "p",
      stdout: "",
      stderr: "no such file\n",
      success,
    };
    expect(render([msg])).toBe(text);
  });
});

describe("other events", () => {
  it.each<[EventMsg, string]>([
    [{ type: "task_started", model_context_window: null }, ""],
    [{ type: "turn_diff", unified_diff: "x" }, ""],
    [{ type: "task_complete", last_agent_message: "x" }, ""],
    [{ type: "turn_aborted", reason: "interrupted" }, "\n✖ aborted: interrupted\n"],
    [{ type: "stream_error", message: "again" }, "again\n"],
  ])("%j print %j", (msg, text) => {
    expect(render([msg])).toBe(text);
  });
});

describe("numbers", () => {
  it("are written for people", () => {
    expect([0.4, 999, 1000, 61_500].map(timeText)).toEqual(["0 ms", "999 ms", "1.0 s", "61.5 s"]);
    const usage = {
      input_tokens: 12_000,
      cached_input_tokens: 0,
      output_tokens: 34,
      reasoning_output_tokens: 0,
      total_tokens: 12_034,
    };
    expect(tokenText(usage)).toBe("12,034 tokens (12,000 in, 34 out)");
  });
});
