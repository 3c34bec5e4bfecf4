import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, resolve } from "node:path";
import { RuleFile, Rules } from "./rules.ts";

/** The text of a file, one character a byte; `undefined` when there is none that can be read. */
function readBytes(path: string): string | undefined {
  try {
    return readFileSync(path, "latin1");
  } catch {
    return undefined;
  }
}

/** A path as bytes, one a character. */
export function bytesOf(path: string): string {
  return Buffer.from(path).toString("latin1");
}

export function ruleFile(path: string, folder: string, ignoreCase: boolean): RuleFile | undefined {
  const text = readBytes(path);
  if (text === undefined) return undefined;
  const file = new RuleFile(text, `${bytesOf(folder).replace(/\/$/, "")}/`, ignoreCase);
  return file.isEmpty ? undefined : file;
}

/** The git folder of a repository, also for one of its linked work trees. */
export function gitFolder(top: string): string {
  const own = ownGitFolder(top);
  const common = readBytes(join(own, "commondir"))?.trim();
  return common === undefined ? own : resolve(own, common);
}

/** The git folder of a work tree, also where `.git` is a file that names it. */
function ownGitFolder(top: string): string {
  const dotGit = join(top, ".git");
  try {
    if (statSync(dotGit).isDirectory()) return dotGit;
  } catch {
    return dotGit;
  }
  const named = /^gitdir: (.*)$/m.exec(readBytes(dotGit) ?? "")?.[1];
  if (named === undefined) return dotGit;
  return isAbsolute(named) ? named : resolve(top, named);
}

/** What git would say about a repository: who may be asked, where it starts. */
export interface Surroundings {
  readonly rules: Rules;
  /** The top of the work tree that the root is in. */
  readonly repository: string | undefined;
  /** Where git keeps what is tracked. */
  readonly index: string | undefined;
  /** Every file that was or could have been read; when one changes, all is read anew. */
  readonly watched: readonly string[];
  readonly personal: RuleFile | undefined;
}

export interface GitSettings {
  /** The person's own file of patterns. */
  readonly excludesFile: string | undefined;
  readonly ignoreCase: boolean;
}

/**
 * The rules that hold at a root before its own files are read: those of the folders above it, up to
 * the top of its repository (outside of one: of all), its `info/exclude` and the person's own file.
 */
export function surroundings(root: string, settings: GitSettings): Surroundings {
  const { excludesFile, ignoreCase } = settings;
  const ignore: RuleFile[] = [];
  const gitignore: RuleFile[] = [];
  const watched: string[] = [];
  let repository: string | undefined;
  const above = (folder: string): string | undefined => {
    const parent = dirname(folder);
    return parent === folder ? undefined : parent;
  };
  for (let folder: string | undefined = root; folder !== undefined; folder = above(folder)) {
    if (folder !== root) {
      const paths = { ignore: join(folder, ".ignore"), gitignore: join(folder, ".gitignore") };
      watched.push(paths.ignore);
      const ignoring = ruleFile(paths.ignore, folder, ignoreCase);
      if (ignoring !== undefined) ignore.push(ignoring);
      if (repository === undefined) {
        watched.push(paths.gitignore);
        const git = ruleFile(paths.gitignore, folder, ignoreCase);
        if (git !== undefined) gitignore.push(git);
      }
    }
    if (repository === undefined && existsSync(join(folder, ".git"))) repository = folder;
  }
  const excludes: RuleFile[] = [];
  if (repository !== undefined) {
    const path = join(gitFolder(repository), "info/exclude");
    watched.push(path);
    const exclude = ruleFile(path, repository, ignoreCase);
    if (exclude !== undefined) excludes.push(exclude);
  }
  const personal = personalRules(excludesFile, repository ?? root, ignoreCase);
  if (excludesFile !== undefined) watched.push(excludesFile);
  if (personal !== undefined) excludes.push(personal);
  const rules = new Rules({ ignore, gitignore, excludes });
  const index = repository === undefined ? undefined : join(ownGitFolder(repository), "index");
  return { rules, repository, index, watched, personal };
}

function personalRules(
  file: string | undefined,
  folder: string,
  ignoreCase: boolean,
): RuleFile | undefined {
  return file === undefined ? undefined : ruleFile(file, folder, ignoreCase);
}
