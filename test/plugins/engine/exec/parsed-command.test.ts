import { describe, expect, it } from "vitest";
import type { ParsedCommand } from "../../../../core/index.ts";
import { parseCommand } from "../../../../plugins/engine/exec/parsed-command.ts";

const read = (cmd: string, name: string): ParsedCommand => ({ type: "read", cmd, name });
const list = (cmd: string, path: string | null): ParsedCommand => ({
  type: "list_files",
  cmd,
  path,
});
const unknown = (cmd: string): ParsedCommand => ({ type: "unknown", cmd });
const search = (cmd: string, query: string | null, path: string | null): ParsedCommand => ({
  type: "search",
  cmd,
  query,
  path,
});

describe("parseCommand", () => {
  it.each<[string, ParsedCommand[]]>([
    ["ls -la", [list("ls -la", null)]],
    ["ls packages/app/src/", [list("ls packages/app/src/", "app")]],
    ["ls src", [list("ls src", "src")]],
    ["rg -n 'a b' lib/core", [search("rg -n 'a b' lib/core", "a b", "core")]],
    ["rg --files lib", [search("rg --files lib", null, "lib")]],
    ["grep -r TODO", [search("grep -r TODO", "TODO", null)]],
    ["ls -I '*.o' lib", [list("ls -I '*.o' lib", "lib")]],
    ["fd -t f main", [search("fd -t f main", "main", null)]],
    ["fd main src/x", [search("fd main src/x", "main", "x")]],
    ["find . -name '*.rs' -type f", [search("find . -name '*.rs' -type f", "*.rs", ".")]],
    ["find -iname x", [search("find -iname x", "x", null)]],
    ["cat a/b.txt", [read("cat a/b.txt", "b.txt")]],
    ["cat a b", [unknown("cat a b")]],
    ["head -n 5 f", [read("head -n 5 f", "f")]],
    ["head -n5 f", [read("head -n5 f", "f")]],
    ["tail -n +5 f", [read("tail -n +5 f", "f")]],
    ["tail -f f", [unknown("tail -f f")]],
    ["nl -ba f", [read("nl -ba f", "f")]],
    ["sed -n 1,20p d/f", [read("sed -n '1,20p' d/f", "f")]],
    ["sed -n 1,20p d/f | wc -l", [read("sed -n 1,20p d/f | wc -l", "f")]],
    ["cat f | sed -n 1,5p", [read("cat f | sed -n 1,5p", "f")]],
    ["nl -ba f | sed -n 1,5p", [read("nl -ba f | sed -n 1,5p", "f")]],
    ["cat f | head -5", [read("cat f", "f")]],
    ["cd x && ls && cat f", [list("ls", null), read("cat f", "f")]],
    ["echo hi; ls", [list("ls", null)]],
    ["cat f || true", [read("cat f", "f")]],
    ["rg x | nl -ba", [search("rg x", "x", null)]],
    ["ls; ls; pwd; ls", [list("ls", null), unknown("pwd"), list("ls", null)]],
    ["echo hi", [unknown("echo hi")]],
    ["cd x", [unknown("cd x")]],
    ["wc -l f", [unknown("wc -l f")]],
    ["npm test > log", [unknown("npm test > log")]],
    ["make -j4 && ./x 'it is'", [unknown("make -j4"), unknown("./x 'it is'")]],
  ])("tells what the script %j does", async (script, expected) => {
    expect(await parseCommand(["bash", "-lc", script])).toEqual(expected);
  });

  it.each<[string[], ParsedCommand[]]>([
    [["cat", "a b"], [read("cat 'a b'", "a b")]],
    [["git", "init"], [unknown("git init")]],
    [["bash", "-c", "ls it's"], [unknown('bash -c "ls it\'s"')]],
    [["constructor"], [unknown("constructor")]],
    [["wc", "-l"], [unknown("wc -l")]],
    [["printf", ""], [unknown("printf ''")]],
    [[], [unknown("")]],
  ])("tells what %j does", async (command, expected) => {
    expect(await parseCommand(command)).toEqual(expected);
  });
});
