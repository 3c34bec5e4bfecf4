import { PatchError } from "./error.ts";
import type { Chunk } from "./parse.ts";
import { LineIndex } from "./seek.ts";

/** A file cut into lines that remembers how its lines end. */
interface Lines {
  readonly mark: string;
  /** What is compared: without the CR where CR LF is the file's style. */
  readonly texts: readonly string[];
  /** What is written back: everything of the line but its LF. */
  readonly originals: readonly string[];
  readonly crlf: boolean;
}

interface Edit {
  readonly at: number;
  readonly removed: number;
  readonly inserted: readonly string[];
}

interface NewLine {
  readonly text: string;
  /** The old line this one keeps, by its place in the block. */
  readonly keeps: number | undefined;
}

const byteOrderMark = "\uFEFF";

/** The text after an update. Lines that the patch only shows keep every character they have. */
export function rewrite(text: string, path: string, chunks: readonly Chunk[]): string {
  const lines = cut(text);
  const index = new LineIndex(lines.texts);
  const edits: Edit[] = [];
  let cursor = 0;
  for (const chunk of chunks) {
    for (const header of chunk.headers) cursor = findHeader(index, { header, path, cursor });
    const { edit, next } = place(chunk, { lines, index, path, cursor });
    edits.push(edit);
    cursor = next;
  }
  return render(lines, edits);
}

function cut(text: string): Lines {
  const mark = text.startsWith(byteOrderMark) ? byteOrderMark : "";
  const originals = text.slice(mark.length).split("\n");
  const breaks = originals.length - 1;
  const unended = originals.at(-1) ?? "";
  if (unended === "") originals.pop();
  let carriageReturns = 0;
  for (const line of originals) if (line.endsWith("\r")) carriageReturns += 1;
  if (unended.endsWith("\r")) carriageReturns -= 1;
  const crlf = carriageReturns * 2 > breaks;
  if (!crlf) return { mark, texts: originals, originals, crlf };
  const texts = originals.map(withoutCr);
  if (unended !== "" && !unended.endsWith("\r")) originals[originals.length - 1] = `${unended}\r`;
  return { mark, texts, originals, crlf };
}

function withoutCr(line: string): string {
  return line.endsWith("\r") ? line.slice(0, -1) : line;
}

interface HeaderSearch {
  readonly header: string;
  readonly path: string;
  readonly cursor: number;
}

function findHeader(index: LineIndex, { header, path, cursor }: HeaderSearch): number {
  const found = index.find([header], cursor);
  if (found !== undefined) return found + 1;
  throw new PatchError(
    `cannot find the header ${JSON.stringify(header)} in ${path}` +
      (cursor > 0 ? ` after line ${cursor}` : ""),
  );
}

interface Where {
  readonly lines: Lines;
  readonly index: LineIndex;
  readonly path: string;
  readonly cursor: number;
}

function place(chunk: Chunk, { lines, index, path, cursor }: Where): { edit: Edit; next: number } {
  const clean = lines.crlf ? withoutCr : (text: string) => text;
  const oldLines: string[] = [];
  const newLines: NewLine[] = [];
  for (const { kind, text } of chunk.lines) {
    const line = clean(text);
    if (kind === "context") newLines.push({ text: line, keeps: oldLines.length });
    if (kind === "add") newLines.push({ text: line, keeps: undefined });
    if (kind !== "add") oldLines.push(line);
  }
  const ended = (text: string): string => (lines.crlf ? `${text}\r` : text);

  let at = index.find(oldLines, cursor, chunk.endOfFile);
  if (at === undefined && oldLines.at(-1) === "") {
    // Models count the end of the last line as one more, empty line.
    oldLines.pop();
    if (newLines.at(-1)?.text === "") newLines.pop();
    at = index.find(oldLines, cursor, chunk.endOfFile);
  }
  if (oldLines.length === 0) {
    const headed = chunk.headers.length > 0 && !chunk.endOfFile;
    const inserted = newLines.map(({ text }) => ended(text));
    return {
      edit: { at: headed ? cursor : lines.texts.length, removed: 0, inserted },
      next: cursor,
    };
  }
  if (at === undefined) return failNotFound(chunk, { path, cursor });
  const start = at;
  const inserted = newLines.map(({ text, keeps }) => {
    const kept = keeps !== undefined && keeps < oldLines.length;
    return (kept ? lines.originals[start + keeps] : undefined) ?? ended(text);
  });
  const removed = oldLines.length;
  return { edit: { at, removed, inserted }, next: at + removed };
}

function failNotFound(chunk: Chunk, where: Pick<Where, "path" | "cursor">): never {
  const wanted = chunk.lines.filter(({ kind }) => kind !== "add").map(({ text }) => text);
  const place = [
    where.cursor > 0 ? ` after line ${where.cursor}` : "",
    chunk.endOfFile ? " at the end of the file" : "",
  ].join("");
  throw new PatchError(`cannot find these lines in ${where.path}${place}:\n${wanted.join("\n")}`);
}

function render({ mark, originals }: Lines, edits: readonly Edit[]): string {
  // An addition at the end may come before edits further up; the sort keeps equal places in order.
  const sorted = edits.toSorted((one, other) => one.at - other.at);
  const pieces: string[][] = [];
  let copied = 0;
  for (const { at, removed, inserted } of sorted) {
    pieces.push(originals.slice(copied, at), [...inserted]);
    copied = at + removed;
  }
  pieces.push(originals.slice(copied));
  const lines = pieces.flat();
  return lines.length === 0 ? mark : `${mark}${lines.join("\n")}\n`;
}
