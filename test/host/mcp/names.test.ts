import { describe, expect, it } from "vitest";
import { nearest } from "../../../core/nearest.ts";
import { matchTemplate } from "../../../host/mcp/uri-template.ts";

describe("the nearest name", () => {
  const known = ["prompt", "approval-policy", "sandbox", "cwd", "config"];
  it.each([
    ["approvalPolicy", "approval-policy"],
    ["approval_polcy", "approval-policy"],
    ["Sandbox", "sandbox"],
    ["promt", "prompt"],
    ["cdw", "cwd"],
    ["cw", "cwd"],
    ["configuration", undefined],
    ["zzz", undefined],
    ["", undefined],
  ])("of %j is %j", (name, expected) => {
    expect(nearest(name, known)).toBe(expected);
  });
});

describe("a URI template", () => {
  it.each<[string, string, object | undefined]>([
    ["memo:{id}", "memo:7", { id: "7" }],
    ["memo:{id}", "memo:a%2Fb", { id: "a/b" }],
    ["memo:{id}", "memo:", undefined],
    ["memo:{id}", "memo:a/b", undefined],
    ["memo:{id}", "memo:%zz", undefined],
    ["a.b:{x}/{y}?z", "a.b:1/2?z", { x: "1", y: "2" }],
    ["a.b:{x}", "aXb:1", undefined],
    ["plain:", "plain:", {}],
  ])("%s against %s", (template, uri, expected) => {
    expect(matchTemplate(template, uri)).toEqual(expected);
  });
});
