import { PatchError } from "./error.ts";

export interface PatchLine {
  readonly kind: "context" | "remove" | "add";
  readonly text: string;
}

/** Lines to find and what becomes of them; `headers` are found first, each after the one before. */
export interface Chunk {
  readonly headers: readonly string[];
  readonly lines: readonly PatchLine[];
  /** The lines end the file. */
  readonly endOfFile: boolean;
}

export type PatchSection =
  | { readonly kind: "add"; readonly path: string; readonly content: string }
  | { readonly kind: "delete"; readonly path: string }
  | {
      readonly kind: "update";
      readonly path: string;
      readonly moveTo: string | undefined;
      readonly chunks: readonly Chunk[];
    };

export const beginMarker = "*** Begin Patch";
const endMarker = "*** End Patch";
const endOfFileMarker = "*** End of File";
const addHeader = "*** Add File: ";
const deleteHeader = "*** Delete File: ";
const updateHeader = "*** Update File: ";
const moveHeader = "*** Move to: ";

/** Reads the patch language; line numbers in a `PatchError` count the begin marker as line 1. */
export function parsePatch(text: string): { readonly sections: readonly PatchSection[] } {
  const lines = unwrap(splitLines(text.trim()));
  if (lines[0] !== beginMarker) {
    throw new PatchError(
      `the first line of a patch must be "${beginMarker}", found ${quoted(lines[0] ?? "")}`,
    );
  }
  const last = lines.at(-1) ?? "";
  if (last !== endMarker) {
    throw new PatchError(
      `line ${lines.length}: the last line of a patch must be "${endMarker}", found ${quoted(last)}`,
    );
  }
  const reader = new Reader(lines.slice(0, -1));
  const sections: PatchSection[] = [];
  for (reader.skipBlank(); reader.line !== undefined; reader.skipBlank()) {
    sections.push(readSection(reader));
  }
  return { sections };
}

/** A patch whose own lines end in CR LF says nothing about the files; else a CR is part of the text. */
function splitLines(text: string): string[] {
  const lines = text.split("\n");
  if (lines[0]?.endsWith("\r") !== true) return lines;
  return lines.map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line));
}

/** Takes off the here-document that some models leave around the patch when no shell is involved. */
function unwrap(lines: string[]): string[] {
  const wrapped =
    lines.length >= 4 &&
    /^<<(EOF|'EOF'|"EOF")[ \t]*$/.test(lines[0] ?? "") &&
    lines.at(-1) === "EOF";
  return wrapped ? splitLines(lines.slice(1, -1).join("\n").trim()) : lines;
}

class Reader {
  readonly #lines: readonly string[];
  #next = 1;

  constructor(lines: readonly string[]) {
    this.#lines = lines;
  }

  /** The line to be read next; undefined at the end. */
  get line(): string | undefined {
    return this.#lines[this.#next];
  }

  get number(): number {
    return this.#next + 1;
  }

  advance(): void {
    this.#next += 1;
  }

  skipBlank(): void {
    while (this.line?.trim() === "") this.advance();
  }

  fail(problem: string): never {
    throw new PatchError(`line ${this.number}: ${problem}`);
  }
}

function readSection(reader: Reader): PatchSection {
  const header = reader.line?.trim() ?? "";
  const path = (prefix: string): string => readPath(reader, header.slice(prefix.length));
  if (header.startsWith(addHeader)) {
    return { kind: "add", path: path(addHeader), content: readContent(reader) };
  }
  if (header.startsWith(deleteHeader)) return { kind: "delete", path: path(deleteHeader) };
  if (header.startsWith(updateHeader)) return readUpdate(reader, path(updateHeader));
  return reader.fail(
    `${quoted(header)} is not a section header; the valid ones are ` +
      `"${addHeader}PATH", "${deleteHeader}PATH" and "${updateHeader}PATH"`,
  );
}

function readPath(reader: Reader, text: string): string {
  const path = text.trim();
  if (path === "") reader.fail("the path is missing");
  if (path.includes("\0")) reader.fail("the path contains a NUL character");
  reader.advance();
  return path;
}

function readContent(reader: Reader): string {
  const lines: string[] = [];
  for (; reader.line?.startsWith("+") === true; reader.advance()) {
    lines.push(`${reader.line.slice(1)}\n`);
  }
  return lines.join("");
}

function readUpdate(reader: Reader, path: string): PatchSection {
  const moves = reader.line?.startsWith(moveHeader) === true;
  const moveTo = moves ? readPath(reader, reader.line?.slice(moveHeader.length) ?? "") : undefined;
  const chunks: Chunk[] = [];
  for (reader.skipBlank(); reader.line !== undefined; reader.skipBlank()) {
    if (reader.line.startsWith("***")) break;
    chunks.push(readChunk(reader, chunks.length === 0));
  }
  if (chunks.length === 0) reader.fail(`the update of ${quoted(path)} has no changes`);
  return { kind: "update", path, moveTo, chunks };
}

function readChunk(reader: Reader, first: boolean): Chunk {
  const start = reader.number;
  const headers = readChunkHeaders(reader);
  if (reader.number === start && !first) {
    reader.fail(`a further change must start with "@@", found ${quoted(reader.line ?? "")}`);
  }
  const lines: PatchLine[] = [];
  let bare = 0;
  for (; reader.line !== undefined; reader.advance()) {
    const line = readLine(reader.line);
    if (line === undefined) break;
    bare = reader.line === "" ? bare + 1 : 0;
    lines.push(line);
  }
  if (lines.length === 0) failWithoutLines(reader);
  // Bare lines below nothing but additions separate this change from the next; they name no place.
  if (lines.every(({ kind, text }) => kind === "add" || text === "")) {
    lines.splice(Math.max(1, lines.length - bare));
  }
  const endOfFile = reader.line?.trimEnd() === endOfFileMarker;
  if (endOfFile) reader.advance();
  return { headers, lines, endOfFile };
}

/** Several `@@` lines in a row narrow the place step by step; a bare one names nothing. */
function readChunkHeaders(reader: Reader): string[] {
  const headers: string[] = [];
  for (; reader.line !== undefined; reader.advance()) {
    const line = reader.line.trimEnd();
    if (line !== "@@" && !line.startsWith("@@ ")) break;
    if (line !== "@@") headers.push(line.slice("@@ ".length));
  }
  return headers;
}

function readLine(line: string): PatchLine | undefined {
  // Editors and models drop the blank of an empty context line.
  if (line === "" || line === "\r") return { kind: "context", text: line };
  const text = line.slice(1);
  if (line.startsWith(" ")) return { kind: "context", text };
  if (line.startsWith("-")) return { kind: "remove", text };
  if (line.startsWith("+")) return { kind: "add", text };
  return undefined;
}

function failWithoutLines(reader: Reader): never {
  const line = reader.line;
  if (line === undefined || line.startsWith("***")) return reader.fail("the change has no lines");
  return reader.fail(
    `a changed line must start with " " (context), "-" (removed) or "+" (added), found ${quoted(line)}`,
  );
}

function quoted(text: string): string {
  return JSON.stringify(text.length > 200 ? `${text.slice(0, 200)}…` : text);
}
