/** Above this many milliseconds the shortest difference is not worth waiting for. */
const limitMs = 250;

interface Hunk {
  oldStart: number;
  oldLines: number;
  newStart: number;
  newLines: number;
  lines: string[];
}

/** The hunks of a unified diff, without file headers; empty when the texts are equal. */
export async function unifiedHunks(
  before: string,
  after: string,
  context: number,
): Promise<string> {
  if (before === after) return "";
  const range = differingRange(before, after, context);
  const oldPart = before.slice(range.start, before.length - range.tail);
  const newPart = after.slice(range.start, after.length - range.tail);
  const { structuredPatch } = await import("diff");
  const options = { context, timeout: limitMs };
  const patch = structuredPatch("", "", oldPart, newPart, undefined, undefined, options);
  const hunks = patch?.hunks ?? [wholeHunk(oldPart, newPart)];
  const skipped = countLines(before.slice(0, range.start));
  return hunks.map((hunk) => formatHunk(hunk, skipped)).join("");
}

/**
 * What lies between the common beginning and the common end, widened to whole lines and by the
 * context: a small change in a large file then costs next to nothing.
 */
function differingRange(
  before: string,
  after: string,
  context: number,
): { start: number; tail: number } {
  const shorter = Math.min(before.length, after.length);
  let same = 0;
  while (same < shorter && before.charCodeAt(same) === after.charCodeAt(same)) same += 1;
  let start = same === 0 ? 0 : before.lastIndexOf("\n", same - 1) + 1;

  let tail = 0;
  const most = shorter - start;
  const last = { before: before.length - 1, after: after.length - 1 };
  while (
    tail < most &&
    before.charCodeAt(last.before - tail) === after.charCodeAt(last.after - tail)
  ) {
    tail += 1;
  }
  let end = before.indexOf("\n", before.length - tail) + 1;
  if (tail === 0 || end === 0) end = before.length;

  for (let line = 0; line < context; line += 1) {
    if (start > 0) start = start === 1 ? 0 : before.lastIndexOf("\n", start - 2) + 1;
    if (end < before.length) end = before.indexOf("\n", end) + 1 || before.length;
  }
  return { start, tail: before.length - end };
}

function wholeHunk(before: string, after: string): Hunk {
  const removed = markLines(before, "-");
  const added = markLines(after, "+");
  return {
    oldStart: 1,
    oldLines: countLines(before),
    newStart: 1,
    newLines: countLines(after),
    lines: [...removed, ...added],
  };
}

function markLines(text: string, mark: string): string[] {
  if (text === "") return [];
  const lines = text.split("\n");
  const unended = lines.at(-1) !== "";
  if (!unended) lines.pop();
  const marked = lines.map((line) => mark + line);
  return unended ? [...marked, "\\ No newline at end of file"] : marked;
}

function countLines(text: string): number {
  let count = 0;
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) count += 1;
  return text === "" || text.endsWith("\n") ? count : count + 1;
}

function formatHunk(hunk: Hunk, skipped: number): string {
  const before = range(hunk.oldStart + skipped, hunk.oldLines);
  const after = range(hunk.newStart + skipped, hunk.newLines);
  return `@@ -${before} +${after} @@\n${hunk.lines.join("\n")}\n`;
}

/** An empty range names the line before it, and a length of 1 is left out. */
function range(start: number, length: number): string {
  if (length === 0) return `${start - 1},0`;
  return length === 1 ? `${start}` : `${start},${length}`;
}
