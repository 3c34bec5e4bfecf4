import fc from "fast-check";
import { expect, it } from "vitest";
import { BatchBuffer } from "../../../host/rpc/batch-buffer.ts";

it("spells lines out as the stream would", () => {
  const buffer = new BatchBuffer(4000);
  const text = fc.string({ unit: "binary", maxLength: 50 });
  fc.assert(
    fc.property(fc.array(text, { maxLength: 20 }), (lines) => {
      const joined = lines.map((line) => `${line}\n`).join("");
      expect(buffer.fill(lines, joined.length)?.toString()).toBe(Buffer.from(joined).toString());
    }),
  );
});

it("takes as much as it was made for, however wide, and no more", () => {
  const buffer = new BatchBuffer(100);
  const widest = "€".repeat(99);
  expect(buffer.fill([widest], 100)?.toString()).toBe(`${widest}\n`);
  expect(buffer.fill([`${widest}€`], 101)).toBeUndefined();
});
