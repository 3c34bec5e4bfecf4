import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { commandLine } from "../../../plugins/elicitation/command-line.ts";

describe("a command line", () => {
  it.each<[string[], string]>([
    [["git", "init"], "git init"],
    [["bash", "-lc", "touch a.txt"], "bash -lc 'touch a.txt'"],
    [["echo", ""], "echo ''"],
    [["echo", "it's"], 'echo "it\'s"'],
    [["echo", `it's $HOME`], `echo 'it'\\''s $HOME'`],
    [["a", "--b=c"], "a '--b=c'"],
    [["ls", "*"], "ls '*'"],
    [["/bin/x.y-z_1", "user@host:1+2"], "/bin/x.y-z_1 user@host:1+2"],
    [["a\nb"], "'a\nb'"],
    [["\u001b[31m'\\"], "$'\\u001b[31m\\'\\\\'"],
    [["é"], "'é'"],
  ])("quotes %j as %s", (command, line) => {
    expect(commandLine(command)).toBe(line);
  });

  it("is read by a real shell as the same words", () => {
    const word = fc
      .oneof(fc.string({ unit: "grapheme" }), fc.string({ unit: "binary-ascii" }))
      .filter((text) => !text.includes("\0"));
    const commands = fc.sample(fc.array(word, { minLength: 1 }), { numRuns: 200, seed: 7 });
    const script = commands.map((words) => `printf '%s\\0' ${commandLine(words)}`).join("\n");
    const printed = execFileSync("bash", ["--norc", "-c", script], {
      env: { LC_ALL: "C.UTF-8" },
      encoding: "utf8",
    });
    expect(printed.split("\0").slice(0, -1)).toEqual(commands.flat());
  });
});
