import { describe, expect, it } from "vitest";
import { errorLine, notificationLine, resultLine, toJson } from "../../../host/rpc/serialize.ts";

describe("serialising", () => {
  it.each<[unknown, string]>([
    [undefined, "{}"],
    [null, "null"],
    [{ a: undefined, b: 1 }, '{"b":1}'],
    [{ a: 9007199254740993n }, '{"a":9007199254740993}'],
  ])("writes %o", (value, text) => {
    expect(toJson(value)).toBe(text);
  });

  it("throws for a cycle", () => {
    const cycle: Record<string, unknown> = { big: 1n };
    cycle["self"] = cycle;
    expect(() => toJson(cycle)).toThrow(TypeError);
  });

  it("keeps the type of ids and leaves out an absent one", () => {
    expect(resultLine("7", "{}")).toBe('{"jsonrpc":"2.0","id":"7","result":{}}');
    expect(resultLine(2n ** 60n, "1")).toBe(
      '{"jsonrpc":"2.0","id":1152921504606846976,"result":1}',
    );
    const error = { code: 1, message: "m" };
    expect(errorLine(undefined, error)).toBe('{"jsonrpc":"2.0","error":{"code":1,"message":"m"}}');
    expect(errorLine(0, error)).toContain('"id":0,');
    expect(notificationLine("a/b", { x: 1 })).toBe(
      '{"jsonrpc":"2.0","method":"a/b","params":{"x":1}}',
    );
  });

  it("never puts a newline into a line", () => {
    expect(resultLine("a\nb", toJson({ text: "c\r\nd\u2028" }))).not.toMatch(/[\r\n]/);
  });
});
