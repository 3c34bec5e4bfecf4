import { PassThrough, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { run } from "../../../plugins/terminal/index.ts";

const server = fileURLToPath(new URL("stand-in-server.mjs", import.meta.url));
const environment = { env: process.env, cwd: process.cwd(), version: "1.0.0" };

const original = process.argv[1] ?? "";
beforeEach(() => {
  process.argv[1] = server;
});
afterEach(() => {
  process.argv[1] = original;
});

class Kept extends Writable {
  text = "";
  #waiting: { text: string; resolve: () => void } | undefined;

  override _write(chunk: Buffer, _: string, done: () => void): void {
    this.text += chunk.toString("utf8");
    if (this.#waiting !== undefined && this.text.includes(this.#waiting.text))
      this.#waiting.resolve();
    done();
  }

  contains(text: string): Promise<void> {
    return new Promise((resolve) => {
      if (this.text.includes(text)) resolve();
      else this.#waiting = { text, resolve };
    });
  }
}

function streams() {
  return { stdin: new PassThrough(), stdout: new Kept(), stderr: new Kept() };
}

async function attempt(...argv: string[]) {
  const given = streams();
  const code = await run(argv, environment, given);
  return { code, stdout: given.stdout.text, stderr: given.stderr.text };
}

function jsonLines(text: string): Record<string, unknown>[] {
  const lines = text.trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
}

describe("portico try", () => {
  it("hands the settings to the tool and ends with 0, time and tokens", async () => {
    const { code, stdout } = await attempt(
      "hi",
      "--cwd",
      "sub",
      "-m",
      "m",
      "--sandbox",
      "read-only",
    );
    expect(code).toBe(0);
    expect(stdout).toContain(
      '{"prompt":"hi","include-plan-tool":true,"cwd":"sub","model":"m","sandbox":"read-only"}',
    );
    expect(stdout).toMatch(/✔ done in .* · 1,234 tokens \(1,000 in, 234 out\)\n$/);
    expect(stdout).toContain("note: a note");
  });

  it("ends with 1 when the turn failed", async () => {
    const { code, stdout } = await attempt("fail");
    expect(code).toBe(1);
    expect(stdout).toContain("no model");
    expect(stdout).toContain("✖ not done");
  });

  it("ends with 1 when the server dies", async () => {
    const { code, stdout } = await attempt("die");
    expect(code).toBe(1);
    expect(stdout).toContain("✖ not done");
  });

  it("ends with 2 when the server does not start, and shows why", async () => {
    const { code, stdout, stderr } = await attempt("hi", "-c", "bad=1");
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toMatch(/^portico: -c bad: no such key\nportico: the server did not start: /);
  });

  it.each([
    ["--yes", '{"decision":"approved"}', "approved (answered by the command line)"],
    ["--no", '{"decision":"denied"}', "denied (answered by the command line)"],
    [undefined, '{"decision":"denied","note":"nobody is there to be asked"}', "answered by nobody"],
  ])("answers a question by the flag %s and says so", async (flag, content, said) => {
    const { code, stdout } = await attempt("ask", ...(flag === undefined ? [] : [flag]));
    expect(code).toBe(0);
    expect(stdout).toContain("? Allow Codex to run `true` in `/`?");
    expect(stdout).toContain(content);
    expect(stdout).toContain(said);
  });

  it("declines forms it cannot show", async () => {
    expect((await attempt("strange", "--yes")).stdout).toContain('"decline"');
  });

  it("prints nothing but JSON lines where asked so", async () => {
    const { code, stdout } = await attempt("ask", "--json", "--yes");
    expect(code).toBe(0);
    const lines = jsonLines(stdout);
    expect(lines.map(({ type }) => type)).toEqual([
      "event",
      "question",
      "event",
      "event",
      "event",
      "result",
    ]);
    expect(lines[0]).toEqual({
      type: "event",
      id: "1",
      msg: { type: "task_started", model_context_window: null },
    });
    expect(lines[1]).toEqual({
      type: "question",
      message: "Allow Codex to run `true` in `/`?",
      decision: "approved",
      by: "flag",
    });
    expect(lines.at(-1)).toMatchObject({
      ok: true,
      text: '{"decision":"approved"}',
      threadId: "thread",
      notes: ["a note"],
      usage: { total_tokens: 1234 },
    });
  });

  it("cancels the call on Ctrl-C and ends with 1", async () => {
    const given = streams();
    const ended = run(["hang", "--json"], environment, given);
    await given.stderr.contains("hanging");
    process.emit("SIGINT");
    expect(await ended).toBe(1);
    const lines = jsonLines(given.stdout.text);
    expect(lines.slice(-2)).toMatchObject([
      { msg: { type: "turn_aborted" } },
      { type: "result", ok: false, text: "cancelled" },
    ]);
    expect(process.listenerCount("SIGINT")).toBe(0);
  });
});

describe("the command line", () => {
  it.each([
    [[]],
    [["a", "b"]],
    [["x", "--nonsense"]],
    [["x", "--yes", "--no"]],
    [["x", "--sandbox", "none"]],
    [["x", "--approval-policy", "always"]],
    [["x", "-c", "no-equals-sign"]],
  ])("%j is refused with 2 and a line on stderr", async (argv) => {
    const { code, stdout, stderr } = await attempt(...argv);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toMatch(
      /^portico: ARGUMENT_INVALID: .* \(portico try --help tells what there is\)\n$/,
    );
  });

  it("shows its help", async () => {
    const { code, stdout } = await attempt("--help");
    expect(code).toBe(0);
    expect(stdout).toContain("Usage: portico try [options] <prompt>");
  });
});
