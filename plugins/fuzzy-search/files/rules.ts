import { type Pattern, parsePattern } from "./pattern.ts";

/** The lines of one ignore file, or of one that counts for a whole tree. */
export class RuleFile {
  readonly #patterns: readonly Pattern[];
  /** The folder its paths start from, absolute, as bytes, with a slash at its end. */
  readonly #folder: string;

  constructor(text: string, folder: string, ignoreCase: boolean) {
    const lines = text.replace(/^\xef\xbb\xbf/, "").split(/\r?\n/);
    this.#patterns = lines
      .map((line) => parsePattern(line, ignoreCase))
      .filter((pattern) => pattern !== undefined)
      // The last line that matches decides.
      .toReversed();
    this.#folder = folder;
  }

  get isEmpty(): boolean {
    return this.#patterns.length === 0;
  }

  /** Whether it leaves the entry out (true) or keeps it (false); `undefined`: it says nothing. */
  decides(folder: string, name: string, isFolder: boolean): boolean | undefined {
    let path: string | undefined;
    for (const { byName, folderOnly, negated, matches } of this.#patterns) {
      if (folderOnly && !isFolder) continue;
      if (!byName) path ??= folder.slice(this.#folder.length) + name;
      if (matches(byName ? name : (path ?? ""))) return !negated;
    }
    return undefined;
  }
}

interface RuleFiles {
  /** Nearest folder first. */
  readonly ignore: readonly RuleFile[];
  readonly gitignore: readonly RuleFile[];
  /** `.git/info/exclude` and the person's own file. */
  readonly excludes: readonly RuleFile[];
}

/** What is left out below one folder. `.ignore` goes before `.gitignore`, near before far. */
export class Rules {
  readonly #files: RuleFiles;
  readonly #inOrder: readonly RuleFile[];

  constructor(files: RuleFiles) {
    this.#files = files;
    this.#inOrder = [...files.ignore, ...files.gitignore, ...files.excludes];
  }

  /** With files that were found further in. */
  with(found: { ignore?: RuleFile; gitignore?: RuleFile }): Rules {
    const { ignore, gitignore, excludes } = this.#files;
    return new Rules({
      ignore: found.ignore === undefined ? ignore : [found.ignore, ...ignore],
      gitignore: found.gitignore === undefined ? gitignore : [found.gitignore, ...gitignore],
      excludes,
    });
  }

  /** For a repository inside of another: what git says outside of it does not count. */
  inRepository(exclude: RuleFile | undefined, personal: RuleFile | undefined): Rules {
    const excludes = [exclude, personal].filter((file) => file !== undefined);
    return new Rules({ ignore: this.#files.ignore, gitignore: [], excludes });
  }

  /** `folder` is absolute and ends with a slash; both are bytes, one a character. */
  ignores(folder: string, name: string, isFolder: boolean): boolean {
    for (const file of this.#inOrder) {
      const decision = file.decides(folder, name, isFolder);
      if (decision !== undefined) return decision;
    }
    return false;
  }

  /** What `.ignore` files alone say. */
  ignoresTracked(folder: string, name: string, isFolder: boolean): boolean {
    for (const file of this.#files.ignore) {
      const decision = file.decides(folder, name, isFolder);
      if (decision !== undefined) return decision;
    }
    return false;
  }

  get hasIgnoreFiles(): boolean {
    return this.#files.ignore.length > 0;
  }
}
