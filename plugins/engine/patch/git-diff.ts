import { isUtf8 } from "node:buffer";
import { absentId, isBinary, type Blob } from "./blob.ts";
import { unifiedHunks } from "./diff.ts";

/** One file before and after; two names and a similarity in percent when it was renamed. */
export interface FileDiff {
  readonly oldName: string;
  readonly newName: string;
  readonly before: Blob | undefined;
  readonly after: Blob | undefined;
  readonly similarity: number | undefined;
}

/** The difference as `git diff --full-index` writes it, but without a mode in the index line. */
export async function gitDiff(file: FileDiff): Promise<string> {
  const { before, after } = file;
  if (before !== undefined && after !== undefined && kindOf(before) !== kindOf(after)) {
    // A file that became a link, or the reverse, is one file gone and another one made.
    const gone = await gitDiff({ ...file, after: undefined });
    return gone + (await gitDiff({ ...file, before: undefined }));
  }
  const oldName = `a/${file.oldName}`;
  const newName = `b/${file.newName}`;
  const lines = [`diff --git ${quote(oldName)} ${quote(newName)}`, ...modeLines(before, after)];
  if (file.similarity !== undefined) {
    lines.push(
      `similarity index ${file.similarity}%`,
      `rename from ${quote(file.oldName)}`,
      `rename to ${quote(file.newName)}`,
    );
  }
  if (before?.id === after?.id) return `${lines.join("\n")}\n`;
  lines.push(`index ${before?.id ?? absentId}..${after?.id ?? absentId}`);
  const head = `${lines.join("\n")}\n`;
  const oldLabel = before === undefined ? "/dev/null" : oldName;
  const newLabel = after === undefined ? "/dev/null" : newName;
  if ([before, after].some((blob) => blob !== undefined && !isText(blob))) {
    return `${head}Binary files ${quote(oldLabel)} and ${quote(newLabel)} differ\n`;
  }
  const hunks = await unifiedHunks(textOf(before), textOf(after), 3);
  // An empty file that comes or goes has no lines to show.
  if (hunks === "") return head;
  return `${head}--- ${label(oldLabel)}\n+++ ${label(newLabel)}\n${hunks}`;
}

function kindOf(blob: Blob): string {
  return blob.mode === "120000" ? "link" : "file";
}

function modeLines(before: Blob | undefined, after: Blob | undefined): string[] {
  if (before === undefined) return [`new file mode ${after?.mode ?? "100644"}`];
  if (after === undefined) return [`deleted file mode ${before.mode}`];
  if (before.mode === after.mode) return [];
  return [`old mode ${before.mode}`, `new mode ${after.mode}`];
}

/** Other encodings than UTF-8 cannot be shown in an event, which is JSON text. */
function isText(blob: Blob): boolean {
  return !isBinary(blob) && isUtf8(blob.bytes);
}

function textOf(blob: Blob | undefined): string {
  return blob === undefined ? "" : blob.bytes.toString("utf8");
}

/** Readers of `---` and `+++` lines take a name with blanks to end at a tab. */
function label(name: string): string {
  const quoted = quote(name);
  return quoted === name && name.includes(" ") ? `${name}\t` : quoted;
}

const escapes: Readonly<Record<string, string>> = {
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\u0007": "\\a",
  "\b": "\\b",
  "\v": "\\v",
  "\f": "\\f",
  '"': '\\"',
  "\\": "\\\\",
};

/** Git's C-style quotes, only where a name needs them; letters beyond ASCII stay readable. */
function quote(name: string): string {
  const special = /[\u0000-\u001F\u007F"\\]/g;
  const escaped = name.replace(special, (character) => {
    const code = character.charCodeAt(0).toString(8).padStart(3, "0");
    return escapes[character] ?? `\\${code}`;
  });
  return escaped === name ? name : `"${escaped}"`;
}
