import { isUtf8 } from "node:buffer";
import { type Dirent, readdirSync } from "node:fs";
import { join } from "node:path";
import { type Folder, newFolder } from "./folder.ts";
import type { RuleFile, Rules } from "./rules.ts";
import { bytesOf, gitFolder, ruleFile } from "./surroundings.ts";

/** What holds for a whole tree while it is listed. */
export interface Listing {
  /** Absolute, without a slash at its end (`""` for the root of the file system). */
  readonly root: string;
  readonly hidden: boolean;
  readonly ignoreCase: boolean;
  readonly personal: RuleFile | undefined;
  /** Ignore files that were read; when one changes, the tree is listed anew. */
  readonly ruleFiles: Set<string>;
  readonly skipped: Skipped;
  readonly readFolder?: (path: string) => Dirent[];
}

/** What is left out because it cannot be listed. By folder, as folders are listed again. */
export class Skipped {
  readonly unreadable = new Set<string>();
  /** How many names in a folder are not UTF-8. */
  readonly otherNames = new Map<string, number>();
}

export interface Listed {
  readonly names: string[];
  readonly children: Folder[];
}

const goneCodes = new Set(["ENOENT", "ENOTDIR"]);

/** Files and folders in a folder, without what its rules leave out; `undefined` when it is gone. */
export function listFolder(folder: Folder, listing: Listing): Listed | undefined {
  const path = `${listing.root}/${folder.path}`;
  let entries: Dirent[];
  try {
    entries = (listing.readFolder ?? readEntries)(path);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (goneCodes.has(code)) return undefined;
    listing.skipped.unreadable.add(path);
    return { names: [], children: [] };
  }
  listing.skipped.unreadable.delete(path);
  const rules = rulesWithin(folder, path, { entries, listing });
  const folderBytes = bytesOf(path);
  const valid = entries.some(({ name }) => name.includes("\uFFFD")) ? validNames(path) : undefined;
  let others = 0;
  const names: string[] = [];
  const children: Folder[] = [];
  for (const entry of entries) {
    const { name } = entry;
    if (name === ".git" || (!listing.hidden && name.startsWith("."))) continue;
    if (valid?.has(name) === false) {
      others += 1;
      continue;
    }
    const isFolder = entry.isDirectory();
    const nameBytes = /^[\0-\x7f]*$/.test(name) ? name : bytesOf(name);
    if (rules.ignores(folderBytes, nameBytes, isFolder)) continue;
    if (isFolder) children.push(newFolder(`${folder.path}${name}/`, rules));
    else names.push(name);
  }
  if (others > 0) listing.skipped.otherNames.set(path, others);
  else listing.skipped.otherNames.delete(path);
  return { names, children };
}

function readEntries(path: string): Dirent[] {
  return readdirSync(path, { withFileTypes: true });
}

/** The names that are UTF-8: the others cannot be told to a client. */
function validNames(path: string): Set<string> {
  const all = readdirSync(path, { encoding: "buffer" });
  return new Set(all.filter((name) => isUtf8(name)).map((name) => name.toString()));
}

interface Found {
  readonly entries: readonly Dirent[];
  readonly listing: Listing;
}

/** The rules for a folder's entries, with the ignore files among them. */
function rulesWithin(folder: Folder, path: string, { entries, listing }: Found): Rules {
  let { rules } = folder;
  const { ignoreCase, personal, ruleFiles } = listing;
  const has = (name: string) => entries.some((entry) => entry.name === name);
  if (folder.path !== "" && has(".git")) {
    const top = path.slice(0, -1);
    const exclude = ruleFile(join(gitFolder(top), "info/exclude"), top, ignoreCase);
    rules = rules.inRepository(exclude, personal);
  }
  for (const kind of ["ignore", "gitignore"] as const) {
    const name = `.${kind}`;
    if (!has(name)) continue;
    ruleFiles.add(path + name);
    const file = ruleFile(path + name, path, ignoreCase);
    if (file !== undefined) rules = rules.with({ [kind]: file });
  }
  return rules;
}
