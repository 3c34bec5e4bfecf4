import { describe, expect, it } from "vitest";
import { Capture, captureLimit } from "../../../../plugins/engine/exec/capture.ts";

function captured(text: string, pieceBytes: number): string {
  const capture = new Capture();
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; at += pieceBytes) {
    capture.push(bytes.subarray(at, at + pieceBytes));
  }
  return capture.text();
}

describe("Capture", () => {
  it.each([1, 7, 8192])("keeps two limits of text whole, in pieces of %d", (pieceBytes) => {
    const size = pieceBytes === 1 ? captureLimit + 5 : captureLimit * 2;
    const text = "0123456789abcdef".repeat(size / 16);
    expect(captured(text, pieceBytes) === text).toBe(true);
  });

  it("counts every byte that it leaves out", () => {
    const text = "0123456789".repeat(500_000);
    const shown = captured(text, 8192);
    const [, start = "", count = "", end = ""] =
      /^(\d+)\n\[\.\.\. (\d+) bytes omitted \.\.\.\]\n(\d+)$/.exec(shown) ?? [];
    expect(text.startsWith(start)).toBe(true);
    expect(text.endsWith(end)).toBe(true);
    expect(start.length + Number(count) + end.length).toBe(text.length);
  });

  it("cuts between characters", () => {
    const shown = captured("€".repeat(captureLimit), 1000);
    expect(shown).not.toContain("\uFFFD");
    expect(shown.startsWith("€€")).toBe(true);
    expect(shown.endsWith("€€")).toBe(true);
  });
});
