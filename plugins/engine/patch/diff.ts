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
  const { start, tail } = differingRange(before, after);
  const end = before.length - tail;
  const oldPart = before.slice(start, end);
  const newPart = after.slice(start, after.length - tail);
  const { structuredPatch } = await import("diff");
  const options = { context, timeout: limitMs };
  const patch = structuredPatch("", "", oldPart, newPart, undefined, undefined, options);
  const hunks = patch?.hunks ?? [wholeHunk(oldPart, newPart)];
  // Context is added here: were it compared too, a change could move to the edge and have none.
  showAbove(hunks[0], before.slice(0, start), context);
  showBelow(hunks.at(-1), before.slice(end), context);
  const skipped = countLines(before.slice(0, start));
  return hunks.map((hunk) => formatHunk(hunk, skipped)).join("");
}

/**
 * What lies between the common beginning and the common end, widened to whole lines: a small
 * change in a large file then costs next to nothing.
 */
function differingRange(before: string, after: string): { start: number; tail: number } {
  const shorter = Math.min(before.length, after.length);
  let same = 0;
  while (same < shorter && before.charCodeAt(same) === after.charCodeAt(same)) same += 1;
  const start = same === 0 ? 0 : before.lastIndexOf("\n", same - 1) + 1;

  let tail = 0;
  const most = shorter - start;
  const last = { before: before.length - 1, after: after.length - 1 };
  while (
    tail < most &&
    before.charCodeAt(last.before - tail) === after.charCodeAt(last.after - tail)
  ) {
    tail += 1;
  }
  const end = tail === 0 ? 0 : before.indexOf("\n", before.length - tail) + 1;
  return { start, tail: end === 0 ? 0 : before.length - end };
}

function showAbove(hunk: Hunk | undefined, above: string, context: number): void {
  if (hunk === undefined) return;
  const missing = context - hunk.lines.findIndex((line) => !line.startsWith(" "));
  let from = above.length;
  for (let line = 0; line < missing && from > 0; line += 1) {
    from = from === 1 ? 0 : above.lastIndexOf("\n", from - 2) + 1;
  }
  const shown = above.slice(from);
  const count = countLines(shown);
  hunk.lines.unshift(...markLines(shown, " "));
  hunk.oldStart -= count;
  hunk.newStart -= count;
  hunk.oldLines += count;
  hunk.newLines += count;
}

function showBelow(hunk: Hunk | undefined, below: string, context: number): void {
  if (hunk === undefined) return;
  const lastChange = hunk.lines.findLastIndex((line) => !line.startsWith(" "));
  const missing = context - (hunk.lines.length - 1 - lastChange);
  let end = 0;
  for (let line = 0; line < missing && end < below.length; line += 1) {
    end = below.indexOf("\n", end) + 1 || below.length;
  }
  const shown = below.slice(0, end);
  const count = countLines(shown);
  hunk.lines.push(...markLines(shown, " "));
  hunk.oldLines += count;
  hunk.newLines += count;
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
