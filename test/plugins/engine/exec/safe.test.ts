import { describe, expect, it } from "vitest";
import { judge, plainCommands } from "../../../../plugins/engine/exec/safe.ts";

const words = (text: string) => text.split(" ");
const script = (text: string) => ["bash", "-lc", text];

describe("acceptance 12: judge", () => {
  it.each([
    "cat a b",
    "cd /",
    "echo -n x",
    "false",
    "grep -r x .",
    "head -n 3 f",
    "ls -la",
    "nl f",

    "pwd",
    "tail -f f",
    "true",
    "wc -l f",
    "which node",
    "find . -name x -type f",
    "rg -n x src",
    "git status",
    "git log -p",
    "git branch -D x",
    "git diff --stat",
    "git show HEAD",
    "cargo check",
    "sed -n 3p f",
    "sed -n 3,10p f",
  ])("finds %s safe", async (text) => {
    expect(await judge(words(text))).toEqual({ safe: true, dangerous: false });
    expect(await judge(script(text))).toEqual({ safe: true, dangerous: false });
  });

  it.each([
    "/bin/ls",
    "./cat f",
    "node x",
    "touch f",
    "git commit",
    "git",
    "git -C x status",
    "cargo build",

    "find . -exec rm x",
    "find . -execdir x",
    "find . -ok x",
    "find . -okdir x",
    "find . -delete",
    "find . -fls f",
    "find . -fprint f",
    "find . -fprint0 f",
    "find . -fprintf f x",

    "rg --pre x y",
    "rg --pre=x y",
    "rg --hostname-bin x",
    "rg --hostname-bin=x y",
    "rg -z x",
    "rg --search-zip x",

    "sed -n 3p",
    "sed -n 3p f g",
    "sed -i 3p f",
    "sed -n 1,2,3p f",
    "sed -n p f",
    "sed -n 3w f",
    "rm f",
    "rm -fr x",
    "rm -Rf x",
    "rm --force x",
    "git checkout x",
  ])("finds %s neither safe nor dangerous", async (text) => {
    expect(await judge(words(text))).toEqual({ safe: false, dangerous: false });
    expect(await judge(script(text))).toEqual({ safe: false, dangerous: false });
  });

  it.each([
    "git reset --hard",
    "git rm f",
    "/usr/bin/git reset",
    "sudo git reset",
    "sudo sudo rm -f x",
    "rm -f x",
    "rm -rf x",
  ])("finds %s dangerous", async (text) => {
    expect(await judge(words(text))).toEqual({ safe: false, dangerous: true });
    expect(await judge(script(text))).toEqual({ safe: false, dangerous: true });
    expect(await judge(script(`ls && ${text}`))).toEqual({ safe: false, dangerous: true });
  });

  it.each([
    [[]],
    [[""]],
    [["bash", "-c", "ls"]],
    [["/bin/bash", "-lc", "ls"]],
    [["sh", "-lc", "ls"]],
    [["bash", "-lc", "ls", "x"]],
    [["bash", "-lc"]],
  ])("finds %j not safe", async (command) => {
    expect(await judge(command)).toEqual({ safe: false, dangerous: false });
  });

  it.each([
    "ls && pwd || true; cat f | grep x\nwc -l f",
    "ls *.ts ~/x [ab]? a\\ b 12",
    "grep 'a $x `y` (z) > & |' f",
    'echo "two words"',
    "\n ls \n",
    "ls;",
  ])("finds the script %j safe", async (text) => {
    expect((await judge(script(text))).safe).toBe(true);
  });

  it.each([
    "ls > f",
    "ls 2>&1",
    "cat < f",
    "ls >> f",
    "ls &",
    "ls & pwd",
    "(ls)",
    "{ ls; }",
    "ls $HOME",
    "ls ${HOME}",

    "echo `ls`",
    "echo $(ls)",
    'echo "$x"',
    'echo "`ls`"',
    'echo "\\$x"',
    "cat <<X\na\nX",
    "cat <<< x",
    "A=1 ls",
    "A=1",

    "! ls",
    "ls # c",
    "# c",
    "if ls; then ls; fi",
    "for a in b; do ls; done",
    "",
    "  \n",
    'echo "a""b"',
    "echo 'a''b'",

    "echo a'b'",
    "echo $'a'",
    'echo $"a"',
    "ls |& cat",
    "time ls",
    "ls {a,b}",
    "ls a{1..3}",
    "ls\\\n -l",
    "ls +(a)",

    "echo 'a",
    'echo "a',
    "ls |",
    "&& ls",
    "ls ;; ls",
    "ls\n&& pwd",
    "coproc ls",
    "function ls",
    "ls() { pwd; }",
    "[[ a ]]",
    "ls\r\npwd",
    "ls\u00a0x",
    "ls \0",
    "\ufeffls",
    "#!/bin/sh\nls",
    "a[0]=b",
    "ls ü",
  ])("finds the script %j not safe", async (text) => {
    expect((await judge(script(text))).safe).toBe(false);
  });
});

describe("plainCommands", () => {
  it.each<[string, string[][] | undefined]>([
    ["a 'b c' \"d e\" f\\ g | h '' && i", [["a", "b c", "d e", "f g"], ["h", ""], ["i"]]],
    ["ls *.ts ~/x", [["ls", "*.ts", "~/x"]]],
    ["echo a=b -c=d", [["echo", "a=b", "-c=d"]]],
    ["export A=b", undefined],
    ["ls $(x)", undefined],
    [`echo ${"x".repeat(70_000)}`, undefined],
  ])("reads %j", async (text, expected) => {
    expect(await plainCommands(text)).toEqual(expected);
  });
});
