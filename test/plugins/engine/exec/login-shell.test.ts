import { execFileSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { withProfile, type LoginShell } from "../../../../plugins/engine/exec/login-shell.ts";
import { tempFolder } from "../../../helpers/temp-folder.ts";

const bash = (home: string): LoginShell => ({ name: "bash", path: "/bin/bash", home });

describe("a command in the login shell", () => {
  it.each([
    ["a script of bash", ["bash", "-lc", "echo a; echo b"], "echo a; echo b"],
    ["other words", ["echo", "it's", "$HOME"], "echo \"it's\" '$HOME'"],
  ])("comes after the start-up file: %s", (_what, command, script) => {
    const home = tempFolder({ ".bashrc": "" });
    const expected = ["/bin/bash", "-lc", `source ${home}/.bashrc && (${script})`];
    expect(withProfile(command, bash(home))).toEqual(expected);
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
