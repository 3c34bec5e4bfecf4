import { chmodSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { isOwnProgram } from "../../../plugins/mcp-servers/own-program.ts";
import { folders, write } from "../engine/stage.ts";

function place() {
  const { root } = folders();
  const own = write(root, "lib/portico.cjs", "");
  chmodSync(own, 0o755);
  symlinkSync(own, join(root, "portico"));
  write(root, "other.cjs", "");
  return { root, own };
}

it.each<[string, string, string[], boolean]>([
  ["by its path", "ROOT/lib/portico.cjs", ["mcp"], true],
  ["by a relative path", "./lib/portico.cjs", ["mcp"], true],
  ["from its own folder", "../lib/portico.cjs", ["mcp"], true],
  ["by a link", "ROOT/portico", ["mcp"], true],
  ["by its name on the path", "portico", ["mcp"], true],
  ["behind its interpreter", "node", ["--no-warnings", "ROOT/portico", "mcp"], true],
  ["not in another program", "node", ["ROOT/other.cjs", "mcp"], false],
  ["not in a program that is missing", "portico-2", [], false],
])("the own program is recognised %s", async (_, command, args, expected) => {
  const { root, own } = place();
  const fill = (text: string) => text.replace("ROOT", root);
  const program = {
    command: fill(command),
    args: args.map(fill),
    env: {},
    cwd: command.startsWith("..") ? "sub" : undefined,
  };
  expect(await isOwnProgram(program, own, { cwd: root, path: root })).toBe(expected);
});
