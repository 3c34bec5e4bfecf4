import { execFileSync, spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { withProfile, type LoginShell } from "../../../../plugins/engine/exec/login-shell.ts";
import { tempFolder } from "../../../helpers/temp-folder.ts";

const bash = (home: string): LoginShell => ({ name: "bash", path: "/bin/bash", home });

describe("acceptance 24: a command in the login shell", () => {
  it.each([
    ["a script of bash", ["bash", "-lc", "echo a; echo b"], "echo a; echo b"],
    ["other words", ["echo", "it's", "$HOME"], "echo \"it's\" '$HOME'"],
    ["a script by another path", ["/bin/bash", "-lc", "ls"], "/bin/bash -lc ls"],
    ["a script with words", ["bash", "-lc", "ls", "more"], "bash -lc ls more"],
    ["a plain script", ["bash", "-c", "ls | wc"], "bash -c 'ls | wc'"],
    ["a comment at the end", ["bash", "-lc", "ls # all"], "ls # all\n"],
    ["a here-document", ["bash", "-lc", "cat <<X\na\nX"], "cat <<X\na\nX\n"],
  ])("comes after the start-up file: %s", (_what, command, script) => {
    const home = tempFolder({ ".bashrc": "" });
    const expected = ["/bin/bash", "-lc", `source ${home}/.bashrc && (${script})`];
    expect(withProfile(command, bash(home))).toEqual(expected);
  });

  it("is written the same way for zsh, with its own file", () => {
    const home = tempFolder({ ".zshrc": "", ".bashrc": "" });
    const zsh: LoginShell = { name: "zsh", path: "/usr/bin/zsh", home };
    const expected = ["/usr/bin/zsh", "-lc", `source ${home}/.zshrc && (ls | wc)`];
    expect(withProfile(["bash", "-lc", "ls | wc"], zsh)).toEqual(expected);
  });

  it("keeps its exit code and runs to its end behind a comment", () => {
    const home = tempFolder({ ".bashrc": "" });
    const run = (script: string) => {
      const [program = "", ...args] = withProfile(["bash", "-lc", script], bash(home));
      return spawnSync(program, args, { encoding: "utf8", env: { HOME: home } });
    };
    expect(run("echo one # two")).toMatchObject({ stdout: "one\n", stderr: "", status: 0 });
    expect(run("exit 7")).toMatchObject({ stderr: "", status: 7 });
  });

  it("stands alone where there is no start-up file", () => {
    const home = tempFolder();
    expect(withProfile(["ls"], bash(home))).toEqual(["/bin/bash", "-lc", "ls"]);
    expect(withProfile([], bash(home))).toEqual([]);
  });

  it("sees what the file sets, whatever the names", () => {
    const home = tempFolder({ "it's home/.bashrc": "export GREETING='hi you'" });
    const [program = "", ...args] = withProfile(
      ["sh", "-c", 'printf "%s|" "$GREETING" "$@"', "sh", "a b", "c'd"],
      bash(`${home}/it's home`),
    );
    const output = execFileSync(program, args, { encoding: "utf8", env: { HOME: home } });
    expect(output).toBe("hi you|a b|c'd|");
  });
});
