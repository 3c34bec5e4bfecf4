import { describe, expect, it } from "vitest";
import type { JsonValue } from "../../../core/index.ts";
import { wantsEvents } from "../../../plugins/tools/listening.ts";
import { fakeCall } from "../fake-call.ts";

const on = { enabled: true };
const off = { enabled: false };

describe("events", () => {
  it.each<["auto" | "on" | "off", string, JsonValue | undefined, boolean]>([
    ["auto", "test", undefined, true],
    ["auto", "", undefined, true],
    ["auto", "mcp", undefined, false],
    ["auto", "mcp", on, true],
    ["auto", "test", off, false],
    ["on", "mcp", undefined, true],
    ["on", "test", off, false],
    ["off", "test", undefined, false],
    ["off", "test", on, false],
    ["auto", "test", {}, true],
    ["auto", "test", false, true],
    ["auto", "mcp", { enabled: "yes" }, false],
  ])(
    "with the option %s reach the client %j that wishes %j: %s",
    (...[option, name, wish, expected]) => {
      const capabilities = wish === undefined ? {} : { experimental: { "portico/events": wish } };
      const { client } = fakeCall({ name, capabilities });
      expect(wantsEvents(client.peer, option)).toBe(expected);
    },
  );
});
