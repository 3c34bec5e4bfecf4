import { isAbsolute, relative } from "node:path";
import type { FileChange, FileChanges } from "../../core/index.ts";
import { clean } from "./clean.ts";
import type { Paint } from "./paint.ts";

const shownLines = 120;

/** The files of a patch and their lines, coloured as in a diff. */
export function changeLines(changes: FileChanges, folder: string, paint: Paint): string[] {
  return Object.entries(changes).flatMap(([path, change]) => [
    paint("bold", title(path, change, folder)),
    ...cut(bodyOf(change)).map((line) => `  ${paintLine(line, paint)}`),
  ]);
}

function title(path: string, change: FileChange, folder: string): string {
  const name = clean(shortPath(path, folder));
  if ("add" in change) return `A ${name}`;
  if ("delete" in change) return `D ${name}`;
  const target = change.update.move_path;
  return target === null ? `M ${name}` : `M ${name} -> ${clean(shortPath(target, folder))}`;
}

function shortPath(path: string, folder: string): string {
  const short = relative(folder, path);
  return short.startsWith("..") || isAbsolute(short) ? path : short;
}

function bodyOf(change: FileChange): string[] {
  if ("add" in change) return linesOf(change.add.content).map((line) => `+${line}`);
  if ("delete" in change) return linesOf(change.delete.content).map((line) => `-${line}`);
  return linesOf(change.update.unified_diff);
}

function linesOf(text: string): string[] {
  const lines = clean(text).split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

function cut(lines: string[]): string[] {
  const hidden = lines.length - shownLines;
  return hidden > 0 ? [...lines.slice(0, shownLines), `… ${hidden} more lines`] : lines;
}

function paintLine(line: string, paint: Paint): string {
  if (line.startsWith("+")) return paint("green", line);
  if (line.startsWith("-")) return paint("red", line);
  return line.startsWith("@@") ? paint("cyan", line) : line;
}
