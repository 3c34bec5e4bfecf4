import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Lines } from "../../../host/rpc/lines.ts";

function collect(chunks: readonly Uint8Array[], limit?: number): string[] {
  const seen: string[] = [];
  const receiver = {
    line: (text: string) => seen.push(text),
    broken: (problem: string) => seen.push(`!${problem}`),
  };
  const lines = new Lines(receiver, limit);
  for (const chunk of chunks) lines.push(Buffer.from(chunk));
  lines.end();
  return seen;
}

const bytes = (text: string) => Buffer.from(text);

describe("lines", () => {
  it.each<[string, string, string[]]>([
    ["ends at a newline", "a\nb\n", ["a", "b"]],
    ["takes a last line without newline", "a\nb", ["a", "b"]],
    ["strips CR", "a\r\nb\r\n", ["a", "b"]],
    ["drops blank lines", "\n\r\n \t\na\n\n", ["a"]],
    ["strips a byte order mark", '\uFEFF{"a":1}\n', ['{"a":1}']],
    ["keeps characters beyond ASCII", "{é€😀}\n", ["{é€😀}"]],
    ["keeps blanks inside", " {a}\n", [" {a}"]],
    ["gives nothing for nothing", "", []],
  ])("%s", (_, text, expected) => {
    expect(collect([bytes(text)])).toEqual(expected);
  });

  it("reports bytes that are no UTF-8 and goes on", () => {
    const broken = Buffer.concat([bytes("a\n"), Buffer.from([0xff, 0xfe]), bytes("\nb\n")]);
    expect(collect([broken])).toEqual(["a", "!not-utf8", "b"]);
  });

  it("reports a broken character at the end of input", () => {
    expect(collect([Buffer.from([0x61, 0xe2, 0x82])])).toEqual(["!not-utf8"]);
  });

  it.each([
    ["in one chunk", ["ok\n123456789\nok\n"]],
    ["in many chunks", ["ok\n1234", "5678", "9", "9999999", "\nok\n"]],
    ["at its end", ["ok\n12345678", "9\nok"]],
  ])("reports a line past the limit once, %s", (_, chunks) => {
    expect(collect(chunks.map(bytes), 8)).toEqual(["ok", "!too-long", "ok"]);
  });

  it.each([
    ["in one chunk", [`${"é".repeat(1500)}\n`]],
    ["in many chunks", Array.from({ length: 1500 }, () => "é")],
  ])("tells how a line past the limit begins, %s", (_, chunks) => {
    const heads: unknown[] = [];
    const broken = (_problem: string, head?: string) => heads.push(head);
    const lines = new Lines({ line: () => undefined, broken }, 2000);
    for (const chunk of chunks) lines.push(bytes(chunk));
    expect(heads).toEqual(["é".repeat(512)]);
  });

  it("takes a line of exactly the limit", () => {
    expect(collect([bytes("1234"), bytes("5678\n")], 8)).toEqual(["12345678"]);
  });

  it("does not slow down on a long line in many chunks", () => {
    const part = Buffer.alloc(1024, "x");
    // Quadratic copying would move half a terabyte and outlast the test.
    const seen = collect([...Array.from({ length: 32 * 1024 }, () => part), bytes("\n")]);
    expect(seen[0]).toHaveLength(32 * 1024 * 1024);
  });

  it("gives the same lines wherever the chunks are cut", () => {
    const text = fc.string({
      unit: fc.constantFrom("a", "é", "😀", "\r", "\n", " ", "{", "\uFEFF"),
    });
    fc.assert(
      fc.property(text, fc.array(fc.nat({ max: 40 })), (whole, cuts) => {
        const all = bytes(whole);
        const chunks: Buffer[] = [];
        let start = 0;
        for (const size of cuts) {
          chunks.push(all.subarray(start, start + size));
          start += size;
        }
        chunks.push(all.subarray(start));
        expect(collect(chunks)).toEqual(collect([all]));
        const model = whole
          .split("\n")
          .map((line) => line.replace(/^\uFEFF/, "").replace(/\r$/, ""))
          .filter((line) => line.startsWith("{") || line.trim() !== "");
        expect(collect(chunks)).toEqual(model);
      }),
    );
  });
});
