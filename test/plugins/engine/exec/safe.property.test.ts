import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { plainCommands } from "../../../../plugins/engine/exec/safe.ts";

const programs = ["ls", "cat", "cd", "echo", "git", "rm", "true", "[", "test", "p-q", "./x"];
const pieces = [
  ...programs,

  "a",
  "-f",
  "12",
  "é",
  "a=b",
  "=",
  "~",
  "~/x",
  "*",
  "?",
  "[ab]",
  "]",
  "[",
  "{a,b}",
  "{",
  "}",
  "#",
  "a#b",

  "\\ ",
  "\\a",
  "\\\\",
  "\\'",
  "\\|",
  "\\\n",
  "\\",
  "'",
  '"',
  "'q r'",
  '"q r"',
  "''",
  '""',
  "'a;b'",
  '"a|b"',
  "'\n'",

  "$x",
  "$(ls)",
  "`ls`",
  "${x}",
  "$'a'",
  "(",
  ")",
  "()",
  "<",
  ">",
  "2>f",
  ">>",
  "<<X",
  "<<<",
  "&",
  "!",
  "%",
  "^",
  "@",
  ",",

  "if",
  "then",
  "fi",
  "for",
  "in",
  "do",
  "done",
  "case",
  "esac",
  "time",
  "coproc",
  "function",
  "[[",
  "]]",
  "((",
  "))",
];
const joints = [
  " ",
  " ",
  " ",
  " ",
  "",
  "\t",
  "  ",
  " && ",
  "&&",
  " || ",
  "||",
  " ; ",
  ";",
  " | ",
  "|",
  "\n",
  "\n\n",
  ";;",
  "|&",
  "\r",
];

/** Text in which plain scripts are frequent, and everything near them is too. */
const scripts = fc
  .array(fc.tuple(fc.constantFrom(...pieces), fc.constantFrom(...joints)), {
    minLength: 1,
    maxLength: 9,
  })
  .map((parts) => parts.map(([piece, joint]) => piece + joint).join(""));
const plainer = fc
  .array(
    fc.tuple(
      fc.constantFrom(...programs, ...pieces.slice(0, 55)),
      fc.constantFrom(...joints.slice(0, 17)),
    ),
    { minLength: 1, maxLength: 7 },
  )
  .map((parts) => parts.map(([piece, joint]) => piece + joint).join(""));

// Each record is one write, so that both ends of a pipe may record at once; a line end would be a
// second one, so it is recorded as \2. Functions win over builtins and programs, so each command, whatever its name, lands in one of the
// two recorders and nothing else ever runs. With a status of 0 `||` is not reached, with 1 `&&` is
// not: each command of a list runs in one of the two.
const recorder = `
record() { builtin printf '%s\\0' "\${@//$'\\n'/$'\\002'}" $'\\001' >>"$RECORD"; return "$STATUS"; }
command_not_found_handle() { record "$@"; }
${[...programs, "~/x", ":", "eval", "exec", "exit", "source", ".", "set", "export", "kill", "read"]
  .map((name) => `function ${name} { record '${name}' "$@"; }`)
  .join("\n")}
`;

describe("plainCommands, against bash", () => {
  const folder = mkdtempSync(join(tmpdir(), "portico-bash-"));
  const preamble = join(folder, "recorder.sh");
  const record = join(folder, "record");
  beforeAll(() => writeFileSync(preamble, recorder));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  /** What bash runs, as a set of commands. */
  function ranByBash(script: string): Set<string> {
    const ran = new Set<string>();
    for (const status of ["0", "1"]) {
      writeFileSync(record, "");
      let problem = "";
      try {
        // -f: the prediction leaves globs as they are. HOME: and `~`.
        execFileSync("/bin/bash", ["-f", "-c", script], {
          cwd: "/",
          env: { BASH_ENV: preamble, RECORD: record, STATUS: status, PATH: "/nowhere", HOME: "~" },
          stdio: ["ignore", "ignore", "pipe"],
        });
      } catch (error) {
        problem = String((error as { stderr: Buffer }).stderr);
      }
      expect(problem).not.toMatch(/syntax error|unexpected|unmatched/i);
      const text = execFileSync("/bin/cat", [record], { encoding: "utf8" });
      for (const command of text.split("\u0001\0").slice(0, -1)) {
        ran.add(JSON.stringify(command.split("\0").slice(0, -1)));
      }
    }
    return ran;
  }

  it(
    "acceptance 12: predicts exactly the commands and words that bash runs",
    { timeout: 60_000 },
    async () => {
      let accepted = 0;
      await fc.assert(
        fc.asyncProperty(fc.oneof(scripts, plainer, plainer), async (script) => {
          const predicted = await plainCommands(script);
          if (predicted === undefined) return;
          // A function cannot stand in for every path, and a path that leads nowhere has its own status.
          const paths = predicted
            .map(([program = ""]) => program)
            .filter((name) => name.includes("/"));
          if (paths.some((path) => path !== "./x" && path !== "~/x")) return;
          const expected = predicted.map((words) =>
            JSON.stringify(words).replaceAll("\\n", "\\u0002"),
          );
          accepted++;
          expect([...ranByBash(script)].toSorted()).toEqual([...new Set(expected)].toSorted());
        }),
        { numRuns: 4000 },
      );
      expect(accepted).toBeGreaterThan(150);
    },
  );
});
