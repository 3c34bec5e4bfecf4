import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { qualifiedName, serverNameProblem } from "../../../plugins/mcp-servers/names.ts";

function hashed(full: string): string {
  return full.slice(0, 24) + createHash("sha1").update(full).digest("hex");
}

describe("acceptance 25: a tool's qualified name", () => {
  it.each([
    ["docs", "search", "docs__search"],
    ["docs", "a.b/c d", "docs__a_b_c_d"],
    ["s", "x".repeat(61), `s__${"x".repeat(61)}`],
    ["s", "x".repeat(62), hashed(`s__${"x".repeat(62)}`)],
    ["s".repeat(70), "x", hashed(`${"s".repeat(70)}__x`)],
  ])("of %s and %s is %s", (server, tool, name) => {
    expect(qualifiedName(server, tool)).toBe(name);
    expect(name).toMatch(/^[a-zA-Z0-9_-]{1,64}$/);
  });

  it.each([
    ["docs-2_x", undefined],
    ["a b", "its name has more than letters, digits, _, -"],
    ["ä", "its name has more than letters, digits, _, -"],
    ["", "its name has more than letters, digits, _, -"],
  ])("takes %j as a server's name: %s", (name, problem) => {
    expect(serverNameProblem(name)).toBe(problem);
  });
});
