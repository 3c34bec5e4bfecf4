import { describe, expect, it } from "vitest";
import { EventMsg } from "../../../../core/index.ts";

const invocation = { server: "docs", tool: "search", arguments: { query: "x" } };
const begin = { type: "mcp_tool_call_begin", call_id: "c1", invocation };
const end = { ...begin, type: "mcp_tool_call_end", duration: { secs: 0, nanos: 5 } };

describe("the events of external calls", () => {
  it.each([
    [begin],
    [{ ...begin, invocation: { ...invocation, arguments: null } }],
    [{ ...end, result: { Err: "no answer" } }],
    [
      {
        ...end,
        result: {
          Ok: {
            content: [{ type: "text", text: "found", annotations: {} }],
            structuredContent: { hits: [1] },
            isError: true,
            _meta: {},
          },
        },
      },
    ],
  ])("have the shape of %j", (msg) => {
    expect(EventMsg.parse(msg)).toEqual(msg);
  });

  it.each([
    ["a begin without arguments", { ...begin, invocation: { server: "a", tool: "b" } }],
    ["an end without a result", end],
    ["an end that is neither", { ...end, result: {} }],
    ["a result without content", { ...end, result: { Ok: {} } }],
  ])("do not have that of %s", (_, msg) => {
    expect(EventMsg.safeParse(msg).success).toBe(false);
  });
});
