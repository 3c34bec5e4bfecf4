import { expect, it } from "vitest";
import { isShownAsEvent, readable } from "../../../plugins/terminal/log-line.ts";

it.each([
  ['{"level":40,"plugin":"tools","msg":"no model"}', "warning (tools): no model"],
  ['{"level":50,"msg":"bug"}', "error: bug"],
  ["portico: no such key", "portico: no such key"],
  ['{"a":1}', '{"a":1}'],
  ["\u001b[31mred", "red"],
])("makes %j readable: %s", (line, text) => {
  expect(readable(line)).toBe(text);
});

it("tells what an event has shown already from other lines", () => {
  expect(isShownAsEvent('{"level":50,"plugin":"tools","msg":"no model"}')).toBe(true);
  expect(isShownAsEvent('{"level":50,"plugin":"engine","msg":"no model"}')).toBe(false);
});
