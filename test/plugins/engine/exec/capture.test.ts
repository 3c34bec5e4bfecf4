import { describe, expect, it } from "vitest";
import { Capture, captureLimit } from "../../../../plugins/engine/exec/capture.ts";

function captured(text: string, pieceBytes: number, limit?: number): string {
  const capture = new Capture(limit);
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

  it.each([
    ["a short text", 3000, 1000],
    ["one that ends where the tail begins anew", 300, 1000],
    ["more than is kept", 500_000, 1000],
    ["more than is kept", 500_000, undefined],
  ])("counts every byte that it leaves out of %s", (_what, tens, limit) => {
    const text = "0123456789".repeat(tens);
    const shown = captured(text, 8192, limit);
    expect(shown.length).toBeLessThan(2 * (limit ?? captureLimit) + 50);
    const [, start = "", count = "", end = ""] =
      /^(\d+)\n\[\.\.\. (\d+) bytes omitted \.\.\.\]\n(\d+)$/.exec(shown) ?? [];
    expect(text.startsWith(start)).toBe(true);
    expect(text.endsWith(end)).toBe(true);
    expect(start.length + Number(count) + end.length).toBe(text.length);
  });

  it("shows what fits into its limit whole", () => {
    expect(captured("0123456789", 3, 5)).toBe("0123456789");
  });

  it("cuts between characters", () => {
    const shown = captured("€".repeat(captureLimit), 1000);
    expect(shown).not.toContain("\uFFFD");
    expect(shown.startsWith("€€")).toBe(true);
    expect(shown.endsWith("€€")).toBe(true);
  });
});
