import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { quoteCommand } from "../../../../plugins/engine/exec/quote.ts";

describe("a quoted command", () => {
  it.each([
    [["ls", "-la", "./src:x@y+z"], "ls -la ./src:x@y+z"],
    [["sed", "-n", "1,2p", "--x=y"], "sed -n '1,2p' '--x=y'"],
    [["echo", ""], "echo ''"],
    [["echo", "$HOME it's"], `echo '$HOME it'"'s"`],
    [["printf", String.raw`a\n`], String.raw`printf "a\\n"`],
    [["sh", "-c", 'echo "it\'s"'], String.raw`sh -c "echo \"it's\""`],
    [["grep", "a ^b"], "grep 'a ''^b'"],
    [["é"], "'é'"],
  ])("%j is %s", (words, expected) => {
    expect(quoteCommand(words)).toBe(expected);
  });

  it("means the same words to a shell", () => {
    const word = fc.string({ unit: fc.constantFrom(..."ab $`!^'\"\\\n*~#{};é😀".split(/(?:)/u)) });
    fc.assert(
      fc.property(fc.array(fc.array(word, { maxLength: 4 }), { maxLength: 20 }), (commands) => {
        const lines = commands.map((words) => quoteCommand(["printf", "%s\\0", ".", ...words]));
        const output = execFileSync("bash", ["-c", lines.join("\n")], { encoding: "utf8" });
        const expected = commands.flatMap((words) => [".", ...words]);
        expect(output).toBe(expected.map((text) => `${text}\0`).join(""));
      }),
      { numRuns: 60 },
    );
  });
});
