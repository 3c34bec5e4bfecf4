import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { JsonSyntaxError, parseJson } from "../../../host/config/json.ts";

describe("parseJson", () => {
  it.each([
    ['{"a":1,}', 1, 8, 'unexpected "}"'],
    ["abc", 1, 1, 'unexpected "a"'],
    ['{\n  "a" 1\n}', 2, 7, 'unexpected "1"'],
    ["", 1, 1, "unexpected end"],
    ["[1,", 1, 4, "unexpected end"],
    ['{"a": tru}', 1, 7, 'unexpected "t"'],
    ['{"a": "x\ny"}', 1, 7, 'unexpected "\\""'],
    ["{} x", 1, 4, 'unexpected "x"'],
    ['{\n// note\n"a": 1}', 2, 1, 'unexpected "/"'],
    ["[1 2]", 1, 4, 'unexpected "2"'],
    ["{'a': 1}", 1, 2, `unexpected "'"`],
    ["[01]", 1, 2, 'unexpected "0"'],
    ["[1}", 1, 3, 'unexpected "}"'],
    ['{"a": 1]', 1, 8, 'unexpected "]"'],
    ['{"a": }', 1, 7, 'unexpected "}"'],
    ["{1: 2}", 1, 2, 'unexpected "1"'],
    [":", 1, 1, 'unexpected ":"'],
  ])("finds the fault of %j at line %i, column %i", (text, line, column, message) => {
    expect(faultOf(text)).toMatchObject({ line, column, message });
  });

  it("reads whatever is JSON", () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(parseJson(text)).toEqual(JSON.parse(text));
      }),
    );
  });

  it("points into the text, or at its end, for any text that is no JSON", () => {
    const damaged = fc.tuple(fc.json(), fc.nat(), fc.constantFrom("", "}", ",", '"', "x", "1"));
    fc.assert(
      fc.property(damaged, ([text, at, extra]) => {
        const cut = at % (text.length + 1);
        const fault = faultOf(text.slice(0, cut) + extra + text.slice(cut + 1));
        if (fault === undefined) return;
        expect(fault.line).toBeGreaterThan(0);
        expect(fault.column).toBeLessThanOrEqual(text.length + 2);
      }),
    );
  });
});

function faultOf(text: string): JsonSyntaxError | undefined {
  try {
    parseJson(text);
  } catch (error) {
    if (error instanceof JsonSyntaxError) return error;
    throw error;
  }
  return undefined;
}
