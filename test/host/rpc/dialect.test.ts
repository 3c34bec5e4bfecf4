import { describe, expect, it } from "vitest";
import { appServerDialect, mcpDialect } from "../../../host/rpc/dialect.ts";

describe("the dialect of app servers", () => {
  it("has no member jsonrpc, wherever else the text stands", () => {
    const inner = '{"jsonrpc":"2.0","id":1}';
    const line = `{"jsonrpc":"2.0","id":0,"result":${inner}}`;
    expect(appServerDialect.line(line)).toBe(`{"id":0,"result":${inner}}`);
    expect(mcpDialect.line(line)).toBe(line);
  });

  it.each([-32602, -32601])("tells of %i as an invalid request, with the reason", (code) => {
    const error = { code, message: "no", data: { a: 1 } };
    expect(appServerDialect.error(error)).toEqual({
      code: -32600,
      message: "Invalid request",
      data: { code, reason: "no", problems: { a: 1 } },
    });
    expect(mcpDialect.error(error)).toBe(error);
  });

  it.each([-32600, -32603])("leaves %i as it is", (code) => {
    const error = { code, message: "conversation not found: x" };
    expect(appServerDialect.error(error)).toBe(error);
  });
});
