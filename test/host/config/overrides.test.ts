import { describe, expect, it } from "vitest";
import { applyOverride, mapOverrides, parseOverride } from "../../../host/config/overrides.ts";
import { parseTomlValue } from "../../../host/config/toml.ts";

describe("acceptance 2: parseOverride", () => {
  it.each([
    ["model=gpt-5", ["model"], "gpt-5"],
    [" model = gpt-5 ", ["model"], "gpt-5"],
    ["a=5", ["a"], 5],
    ['a="5"', ["a"], "5"],
    ["a=true", ["a"], true],
    ["a=[1, 2]", ["a"], [1, 2]],
    ["a={b = 1}", ["a"], { b: 1 }],
    ["a=", ["a"], ""],
    ["a=b=c", ["a"], "b=c"],
    ["a=1.5", ["a"], 1.5],
    ["a.b.c=x", ["a", "b", "c"], "x"],
    ["a=null", ["a"], "null"],
    ["a=1979-05-27", ["a"], "1979-05-27"],
    ["a=[1,", ["a"], "[1,"],
    ["a=1\nb = 2", ["a"], "1\nb = 2"],
    ["a=9007199254740993", ["a"], 2 ** 53],
  ])("reads %j", (text, path, value) => {
    expect(parseOverride(text, parseTomlValue)).toEqual({ path, value });
  });

  it.each([
    ["model", '-c "model": there is no "="'],
    ["=x", '-c "=x": the key is empty'],
    ["a..b=x", '-c "a..b=x": a part of the key is empty'],
    ["__proto__.x=1", '-c "__proto__.x=1": "__proto__" is no key'],
  ])("refuses %j", (text, message) => {
    expect(() => parseOverride(text, parseTomlValue)).toThrow(message);
  });
});

describe("mapOverrides", () => {
  it("keeps JSON values, splits dotted keys and takes null for unset", () => {
    expect(mapOverrides({ "a.b": 1, c: null, d: { e: null, f: [null, 2] }, g: undefined })).toEqual(
      [
        { path: ["a", "b"], value: 1 },
        { path: ["c"], value: undefined },
        { path: ["d"], value: { f: [null, 2] } },
      ],
    );
  });
});

describe("acceptance 2: applyOverride", () => {
  it.each([
    ["sets a new key", {}, ["a"], 1, { a: 1 }],
    ["replaces a value", { a: 1, b: 2 }, ["a"], "x", { a: "x", b: 2 }],
    ["creates tables on the way", {}, ["a", "b", "c"], 1, { a: { b: { c: 1 } } }],
    ["replaces what is no table on the way", { a: 1 }, ["a", "b"], 2, { a: { b: 2 } }],
    ["replaces a list on the way", { a: [1] }, ["a", "b"], 2, { a: { b: 2 } }],
    ["keeps the neighbours", { a: { b: 1, c: 2 } }, ["a", "b"], 3, { a: { b: 3, c: 2 } }],
    ["takes a key out", { a: { b: 1, c: 2 } }, ["a", "b"], undefined, { a: { c: 2 } }],
    ["takes nothing out of what is no table", { a: 1 }, ["a", "b"], undefined, { a: 1 }],
    ["copes with names of Object's own", {}, ["constructor", "x"], 1, { constructor: { x: 1 } }],
  ])("%s", (_title, tree, path, value, expected) => {
    const before = structuredClone(tree);
    expect(applyOverride(tree, { path, value })).toEqual(expected);
    expect(tree).toEqual(before);
  });
});
