import { isUtf8 } from "node:buffer";
import { resolve } from "node:path";
import type { FileChanges } from "../../../core/index.ts";
import { ChangeSet, type Entry } from "./change-set.ts";
import { osReason } from "./disk.ts";
import { PatchError } from "./error.ts";
import { parsePatch, type PatchSection } from "./parse.ts";
import { rewrite } from "./rewrite.ts";

/** One section, ready to be carried out: write first, then remove. */
export interface Step {
  readonly letter: "A" | "M" | "D";
  /** The path as the patch spells it, the target's for a move. */
  readonly named: string;
  readonly write: { readonly path: string; readonly content: string } | undefined;
  readonly remove: string | undefined;
}

/** A patch that fits the files as they were when it was verified. */
export interface VerifiedPatch {
  readonly changes: FileChanges;
  /** Every file it touches, absolute, move targets too. */
  readonly paths: readonly string[];
  /** It has no section at all. */
  readonly empty: boolean;
  readonly steps: readonly Step[];
  /** What verification read; undefined bytes: there was no such file. */
  readonly found: readonly { readonly path: string; readonly bytes: Buffer | undefined }[];
}

/**
 * Computes everything a patch would do, against the disk, and writes nothing. Throws `PatchError`.
 * `folder` is absolute; relative paths of the patch start there.
 */
export async function verifyPatch(text: string, folder: string): Promise<VerifiedPatch> {
  const { sections } = parsePatch(text);
  const files = new ChangeSet();
  const paths = new Set<string>();
  const steps: Step[] = [];
  for (const section of sections) {
    const work = { section, files, path: resolve(folder, section.path) };
    paths.add(work.path);
    if (section.kind === "update" && section.moveTo !== undefined) {
      paths.add(resolve(folder, section.moveTo));
    }
    steps.push(await verifySection(work, folder));
  }
  return {
    changes: await files.changes(),
    paths: [...paths],
    empty: sections.length === 0,
    steps,
    found: files.found(),
  };
}

interface Work {
  readonly section: PatchSection;
  readonly files: ChangeSet;
  readonly path: string;
}

async function verifySection({ section, files, path }: Work, folder: string): Promise<Step> {
  const named = section.path;
  if (section.kind === "add") {
    const entry = await reach("add", section.path, () => files.target(path));
    replace(entry, section.content);
    return { letter: "A", named, write: { path, content: section.content }, remove: undefined };
  }
  if (section.kind === "delete") {
    const entry = await reach("delete", section.path, () => files.entry(path));
    requireFile("delete", section.path, entry);
    entry.text = undefined;
    entry.origin = undefined;
    return { letter: "D", named, write: undefined, remove: path };
  }
  const entry = await reach("update", section.path, () => files.target(path));
  const before = requireText(section.path, entry);
  const content = rewrite(before, section.path, section.chunks);
  const moveTo = section.moveTo === undefined ? path : resolve(folder, section.moveTo);
  if (section.moveTo === undefined || moveTo === path) {
    entry.text = content;
    return { letter: "M", named, write: { path, content }, remove: undefined };
  }
  const target = await reach("move to", section.moveTo, () => files.target(moveTo));
  const source = await reach("move", section.path, () => files.entry(path));
  if (target === entry || source !== entry) {
    throw new PatchError(
      `cannot move ${section.path} to ${section.moveTo}: a symbolic link is in the way`,
    );
  }
  replace(target, content);
  target.origin = entry.origin ?? entry;
  entry.text = undefined;
  entry.origin = undefined;
  return { letter: "M", named: section.moveTo, write: { path: moveTo, content }, remove: path };
}

function replace(entry: Entry, content: string): void {
  entry.text = content;
  entry.replaced = true;
  entry.origin = undefined;
}

async function reach(action: string, named: string, load: () => Promise<Entry>): Promise<Entry> {
  try {
    return await load();
  } catch (error) {
    throw new PatchError(`cannot ${action} ${named}: ${osReason(error)}`, { cause: error });
  }
}

function requireFile(action: string, named: string, entry: Entry): string {
  if (entry.text !== undefined) return entry.text;
  throw new PatchError(`cannot ${action} ${named}: no such file or directory (ENOENT)`);
}

/** Bytes that are no UTF-8 would come back as other bytes. */
function requireText(named: string, entry: Entry): string {
  const text = requireFile("update", named, entry);
  const source = entry.replaced ? undefined : entry.before;
  if (source === undefined || isUtf8(source)) return text;
  throw new PatchError(`cannot update ${named}: it is not UTF-8 text`);
}
