import type { Blob } from "./blob.ts";

/**
 * How much of one file lives on in the other, in whole percent, as git's rename detection counts:
 * bytes in equal pieces (lines, cut at 64 bytes), of the larger file's bytes.
 */
export function similarity(before: Blob, after: Blob): number {
  if (before.id === after.id) return 100;
  const [small, large] = [before.bytes.length, after.bytes.length].toSorted((a, b) => a - b);
  if (small === undefined || large === undefined || small === 0 || small * 2 < large) return 0;
  const left = pieces(before.bytes);
  let copied = 0;
  for (const [piece, size] of pieces(after.bytes)) copied += Math.min(size, left.get(piece) ?? 0);
  // Only equal files reach 100.
  return Math.min(99, Math.floor((copied * 100) / large));
}

/** Bytes by piece, counting repetitions. */
function pieces(bytes: Buffer): Map<string, number> {
  const sizes = new Map<string, number>();
  for (let start = 0; start < bytes.length;) {
    const line = bytes.indexOf(0x0a, start);
    const end = Math.min(line === -1 ? bytes.length : line + 1, start + 64);
    const piece = bytes.toString("latin1", start, end);
    sizes.set(piece, (sizes.get(piece) ?? 0) + end - start);
    start = end;
  }
  return sizes;
}
