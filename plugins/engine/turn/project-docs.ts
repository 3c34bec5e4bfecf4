import { open, readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isThere } from "../small-file.ts";

/** Where project documents are looked for, and how much of them the model gets. */
export interface DocumentSearch {
  readonly home: string;
  readonly cwd: string;
  /** Bytes over all project documents; 0 turns them off. */
  readonly limit: number;
  /** Tried in a folder that has no AGENTS.md. */
  readonly fallbackNames: readonly string[];
}

const documentName = "AGENTS.md";

/** The person's and the project's standing wishes as one text, if there are any. */
export async function userInstructions(search: DocumentSearch): Promise<string | undefined> {
  const [global, project] = await Promise.all([
    globalDocument(search.home),
    projectDocuments(search),
  ]);
  if (global === undefined || project === undefined) return global ?? project;
  return `${global}\n\n--- project-doc ---\n\n${project}`;
}

/** The person's own document counts towards no budget. */
async function globalDocument(home: string): Promise<string | undefined> {
  const bytes = await readIfThere(join(home, documentName));
  const text = bytes?.toString("utf8").trim();
  return text === "" ? undefined : text;
}

/** One document per folder from the repository's root down to the working folder. */
async function projectDocuments(search: DocumentSearch): Promise<string | undefined> {
  const texts: string[] = [];
  let left = search.limit;
  for (const folder of left === 0 ? [] : foldersDownTo(search.cwd)) {
    if (left === 0) break;
    const bytes = await firstDocument(folder, { ...search, limit: left });
    if (bytes === undefined) continue;
    const text = bytes.toString("utf8");
    if (text.trim() === "") continue;
    left -= bytes.length;
    texts.push(text);
  }
  return texts.length === 0 ? undefined : texts.join("\n\n");
}

async function firstDocument(
  folder: string,
  { fallbackNames, limit }: DocumentSearch,
): Promise<Buffer | undefined> {
  for (const name of [documentName, ...fallbackNames]) {
    const bytes = await readIfThere(join(folder, name), limit);
    if (bytes !== undefined) return bytes;
  }
  return undefined;
}

/** From the nearest ancestor with a `.git` down to the folder; outside a repository, itself only. */
function foldersDownTo(cwd: string): string[] {
  const folders: string[] = [];
  for (let folder = cwd; ; folder = dirname(folder)) {
    folders.unshift(folder);
    if (isThere(join(folder, ".git"))) return folders;
    if (dirname(folder) === folder) return [cwd];
  }
}

async function readIfThere(path: string, limit?: number): Promise<Buffer | undefined> {
  if (!isThere(path)) return undefined;
  try {
    return limit === undefined ? await readFile(path) : await readStart(path, limit);
  } catch {
    // Gone since, a folder, or not ours to read: no document.
    return undefined;
  }
}

// At most the limit is read: a document may be of any size.
async function readStart(path: string, limit: number): Promise<Buffer> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const buffer = Buffer.alloc(Math.min(size, limit));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
