import { execFileSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { recognisePatch } from "../../../../plugins/engine/patch/recognise.ts";
import { folderWith, patchOf } from "./folder.ts";

const text = patchOf("*** Add File: a", "+$HOME `x` \\ 'q' \"d\"");

const scripts: [string, string, string | undefined][] = [
  ["a quoted here-document", `apply_patch <<'EOF'\n${text}\nEOF`, undefined],
  ["the other name", `applypatch <<'EOF'\n${text}\nEOF\n`, undefined],
  ["a double-quoted delimiter", `apply_patch <<"PATCH"\n${text}\nPATCH\n\n`, undefined],
  ["a delimiter of several words", `apply_patch <<'END OF IT'\n${text}\nEND OF IT`, undefined],
  ["no blank before the mark", `apply_patch<<'EOF'\n${text}\nEOF`, undefined],
  ["blanks all over", `\n  apply_patch  << 'EOF' \t\n${text}\nEOF\n  \n`, undefined],
  ["a folder", `cd sub && apply_patch <<'EOF'\n${text}\nEOF`, "sub"],
  ["a folder in single quotes", `cd 'my $dir' && apply_patch <<'EOF'\n${text}\nEOF`, "my $dir"],
  ["a folder in double quotes", `cd "my dir" && apply_patch <<'EOF'\n${text}\nEOF`, "my dir"],
  ["a folder beyond ASCII", `cd grüße/ä && apply_patch <<'EOF'\n${text}\nEOF`, "grüße/ä"],
  ["a folder and a line break", `cd sub &&\n  apply_patch <<'EOF'\n${text}\nEOF`, "sub"],
  ["no blanks around &&", `cd sub&&apply_patch <<'EOF'\n${text}\nEOF`, "sub"],
];

const others: [string, string[]][] = [
  ["an empty command", []],
  ["a plain command", ["ls", "-l"]],
  ["the program alone", ["apply_patch"]],
  ["more arguments", ["apply_patch", text, "x"]],
  ["a path to the program", ["/bin/apply_patch", text]],
  ["another shell", ["zsh", "-lc", `apply_patch <<'EOF'\n${text}\nEOF`]],
  ["another option", ["bash", "-c", `apply_patch <<'EOF'\n${text}\nEOF`]],
  ["a patch after another argument", ["echo", text]],
];

const otherScripts: [string, string][] = [
  ["text before", `echo hi\napply_patch <<'EOF'\n${text}\nEOF`],
  ["text after", `apply_patch <<'EOF'\n${text}\nEOF\necho done`],
  ["a chain after", `apply_patch <<'EOF' && echo done\n${text}\nEOF`],
  ["a semicolon", `cd sub; apply_patch <<'EOF'\n${text}\nEOF`],
  ["or", `cd sub || apply_patch <<'EOF'\n${text}\nEOF`],
  ["a pipe", `apply_patch <<'EOF' | cat\n${text}\nEOF`],
  ["a redirection", `apply_patch <<'EOF' > out\n${text}\nEOF`],
  ["the background", `apply_patch <<'EOF' &\n${text}\nEOF`],
  ["an argument", `apply_patch x <<'EOF'\n${text}\nEOF`],
  ["a variable in front", `A=1 apply_patch <<'EOF'\n${text}\nEOF`],
  ["a comment", `# now\napply_patch <<'EOF'\n${text}\nEOF`],
  ["a missing delimiter", `apply_patch <<'EOF'\n${text}`],
  ["a here-string", `apply_patch <<< 'EOF'\n${text}\nEOF`],
  ["an argument instead of a here-document", `apply_patch '${text}'`],
  ["two folders", `cd a b && apply_patch <<'EOF'\n${text}\nEOF`],
  ["an expanded folder", `cd $HOME && apply_patch <<'EOF'\n${text}\nEOF`],
  ["an expanded folder in quotes", `cd "$HOME" && apply_patch <<'EOF'\n${text}\nEOF`],
  ["a home folder", `cd ~/x && apply_patch <<'EOF'\n${text}\nEOF`],
  ["the folder before", `cd - && apply_patch <<'EOF'\n${text}\nEOF`],
  ["a quoted option", `cd '-P' && apply_patch <<'EOF'\n${text}\nEOF`],
  ["a pattern", `cd s* && apply_patch <<'EOF'\n${text}\nEOF`],
  ["three steps", `cd a && cd b && apply_patch <<'EOF'\n${text}\nEOF`],
  ["a word glued to the name", `xapply_patch <<'EOF'\n${text}\nEOF`],
];

const lone = [
  [text],
  [`\n ${text}\n`],
  [`<<'EOF'\n${text}\nEOF`],
  ["bash", "-lc", text],
  ["bash", "-lc", `${text}\n`],
  ["*** Begin Patch\n*** Add File: broken"],
];

describe("acceptance 20: recognisePatch", () => {
  it.each(["apply_patch", "applypatch"])(
    "takes %s with one argument as it stands",
    async (name) => {
      const found = await recognisePatch([name, "no patch at all"]);
      expect(found).toEqual({ kind: "patch", text: "no patch at all", folder: undefined });
    },
  );

  it.each(scripts)("recognises a script with %s", async (_, script, folder) => {
    expect(await recognisePatch(["bash", "-lc", script])).toEqual({ kind: "patch", text, folder });
  });

  // The same script, with a function in the program's place that tells what the shell made of it.
  it.each(scripts)("reads %s as bash does", (_, script, folder) => {
    const home = folderWith();
    mkdirSync(join(home, folder ?? "."), { recursive: true });
    const tell = `apply_patch() { pwd; cat; }; applypatch() { apply_patch; }\n${script}`;
    const output = execFileSync("bash", ["-c", tell], { cwd: home, encoding: "utf8" });
    expect(output).toBe(`${join(home, folder ?? ".")}\n${text}\n`);
  });

  it("takes an unquoted here-document literally", async () => {
    const found = await recognisePatch(["bash", "-lc", `apply_patch <<EOF\n${text}\nEOF`]);
    expect(found).toEqual({ kind: "patch", text, folder: undefined });
  });

  it("takes leading tabs away after <<-", async () => {
    const script = `apply_patch <<-'EOF'\n\t${text.replaceAll("\n", "\n\t\t")}\n\tEOF`;
    const found = await recognisePatch(["bash", "-lc", script]);
    expect(found).toEqual({ kind: "patch", text, folder: undefined });
  });

  it.each(others)("leaves %s alone", async (_, command) => {
    expect(await recognisePatch(command)).toEqual({ kind: "other" });
  });

  it.each(otherScripts)("leaves a script with %s to the shell", async (_, script) => {
    expect(await recognisePatch(["bash", "-lc", script])).toEqual({ kind: "other" });
  });

  it.each(lone.map((command) => [command]))("refuses a lone patch: %j", async (command) => {
    const found = await recognisePatch(command);
    expect(found).toMatchObject({
      kind: "refused",
      message: expect.stringContaining("apply_patch") as string,
    });
  });
});
