import { globSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { hostErrorCodes } from "../core/index.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
const readme = readFileSync(`${root}/README.md`, "utf8");
const sources = globSync(["host/**/*.ts", "plugins/**/*.ts"], { cwd: root })
  .map((file) => readFileSync(`${root}/${file}`, "utf8"))
  .join("\n");

describe("start-up errors", () => {
  it.each(hostErrorCodes)("%s is explained in the README and can happen", (code) => {
    expect(readme).toContain(`\`${code}\``);
    expect(sources).toContain(`"${code}"`);
  });

  it("the README names no code that does not exist", () => {
    const named = readme.match(/`[A-Z]+_[A-Z]+`/g) ?? [];
    const codes = named.map((word) => word.slice(1, -1));
    const kinds = ["ARGUMENT", "CONFIG", "HOME", "OPTION", "PLUGIN", "SERVICE"];
    const ours = codes.filter((code) => kinds.includes(code.split("_")[0] ?? ""));
    expect(ours.filter((code) => !hostErrorCodes.some((known) => known === code))).toEqual([]);
  });
});
