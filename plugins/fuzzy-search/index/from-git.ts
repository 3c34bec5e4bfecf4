import { isUtf8 } from "node:buffer";
import { aliveBit, byteBits, Segment, segmentLimit, withoutAccents } from "./segment.ts";

/**
 * Segments of a list of paths, each ended by a zero byte, as git prints it. On the way to the first
 * answer, so one loop over all bytes; what is not ASCII is looked at once more.
 */
export function segmentsOf(list: Buffer, hidden: boolean): { segments: Segment[]; count: number } {
  const segments: Segment[] = [];
  let count = 0;
  for (let from = 0; from < list.length;) {
    const { segment, next } = segmentFrom(list, from, hidden);
    if (segment.count > 0) segments.push(segment);
    count += segment.count;
    from = next;
  }
  return { segments, count };
}

function segmentFrom(
  list: Buffer,
  from: number,
  hidden: boolean,
): { segment: Segment; next: number } {
  const starts = new Uint32Array(segmentLimit + 1);
  const bases = new Uint16Array(segmentLimit);
  const masks = new Uint32Array(segmentLimit);
  const originals = new Map<number, string>();
  // Paths without their zero bytes are never longer than with them.
  let bytes = Buffer.allocUnsafe(Math.min(list.length - from, segmentLimit * 64));
  let next = from;
  let length = 0;
  let count = 0;
  while (next < list.length && count < segmentLimit) {
    const start = length;
    let mask = aliveBit;
    let base = 0;
    let isHidden = list[next] === dot;
    let all = 0;
    for (let byte = list[next] ?? 0; byte !== 0; byte = list[++next] ?? 0) {
      if (length === bytes.length) bytes = Buffer.concat([bytes], length * 2);
      bytes[length++] = byte;
      mask |= byteBits[byte] ?? 0;
      all |= byte;
      if (byte !== slash) continue;
      base = length - start;
      if (list[next + 1] === dot) isHidden = true;
    }
    next += 1;
    const other = all < 128 ? undefined : plainBytes(bytes.subarray(start, length));
    // What is not wanted is written over by the next.
    if ((isHidden && !hidden) || other === "invalid") {
      length = start;
      continue;
    }
    if (other !== undefined) {
      originals.set(count, other.path);
      // Shorter, as accents take bytes.
      length = start + other.plain.copy(bytes, start);
      base = other.plain.lastIndexOf(slash) + 1;
      for (const each of other.plain) mask |= byteBits[each] ?? 0;
    }
    masks[count] = mask;
    bases[count] = base;
    count += 1;
    starts[count] = length;
  }
  return {
    next,
    segment: new Segment({
      bytes: Buffer.from(bytes.subarray(0, length)),
      starts: starts.slice(0, count + 1),
      bases: bases.slice(0, count),
      masks: masks.slice(0, count),
      originals,
    }),
  };
}

const dot = 46;
const slash = 47;

/** How a path is searched, where that is not as it is. */
function plainBytes(bytes: Buffer): { path: string; plain: Buffer } | "invalid" | undefined {
  if (!isUtf8(bytes)) return "invalid";
  const path = bytes.toString();
  const plain = Buffer.from(withoutAccents(path));
  return plain.length < bytes.length ? { path, plain } : undefined;
}
