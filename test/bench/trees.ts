import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const words = `user account service store index main client server request response handler router
  model view controller util helper config test spec parser lexer token stream buffer socket http
  auth login session cache queue worker task event log error page button form input list table
  chart theme style icon image video audio file folder search query filter sort rank score`;
const vocabulary = words.split(/\s+/);
const extensions = ["ts", "tsx", "js", "json", "md", "css", "py", "rs"];

/** The same numbers from 0 to 1 every time. */
export function numbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

export function pick<T>(from: readonly T[], next: () => number): T {
  const found = from[Math.floor(next() * from.length)];
  if (found === undefined) throw new Error("nothing to pick from");
  return found;
}

const made = new Map<number, string>();

/** A repository of this many files, made when it is first asked for and gone at the end. */
export function repository(count: number): string {
  const known = made.get(count);
  if (known !== undefined) return known;
  const root = temporary(`files-${count}`);
  made.set(count, root);
  const next = numbers(42);
  const word = () => pick(vocabulary, next);
  const capital = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);
  for (let left = count; left > 0;) {
    const parts = Array.from({ length: 1 + Math.floor(next() * 5) }, (_, depth) =>
      depth < 2 || next() < 0.5 ? word() : `${word()}-${word()}`,
    );
    const folder = join(root, ...parts);
    mkdirSync(folder, { recursive: true });
    for (let file = Math.min(left, 6 + Math.floor(next() * 14)); file > 0; file -= 1) {
      const shape = next();
      const name =
        shape < 0.4
          ? capital(word()) + capital(word())
          : `${word()}${shape < 0.7 ? "_" : "-"}${word()}`;
      const number = Math.floor(next() * 1000);
      const path = join(folder, `${name}${number}.${pick(extensions, next)}`);
      if (existsSync(path)) continue;
      writeFileSync(path, "");
      left -= 1;
    }
  }
  execFileSync("git", ["init", "-q"], { cwd: root });
  execFileSync("git", ["add", "-A"], { cwd: root });
  return root;
}

/** The real file lists at hand, each as a tree of empty files. */
export function realTrees(): ReadonlyMap<string, readonly string[]> {
  lists ??= makeRealTrees();
  return lists;
}

let lists: ReadonlyMap<string, readonly string[]> | undefined;

function makeRealTrees(): ReadonlyMap<string, readonly string[]> {
  const project = fileURLToPath(new URL("../../", import.meta.url));
  const sources = new Map<string, readonly string[]>();
  const tracked = execFileSync("git", ["ls-files", "-z"], { cwd: project, encoding: "utf8" });
  sources.set("portico", tracked.split("\0").slice(0, -1));
  const modules = ["zod", "@modelcontextprotocol", "typescript", "@ai-sdk", "rolldown", "undici"];
  for (const name of modules) sources.set(name, filesBelow(join(project, "node_modules", name)));
  sources.set("include", filesBelow("/usr/include").slice(0, 8000));
  const trees = new Map<string, readonly string[]>();
  for (const [name, files] of sources) {
    if (files.length < 50) continue;
    const root = temporary(`list-${name.replace("/", "-")}`);
    for (const file of files) {
      mkdirSync(dirname(join(root, file)), { recursive: true });
      writeFileSync(join(root, file), "");
    }
    trees.set(root, files);
  }
  return trees;
}

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".map"))
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .filter((path) => !/(^|\/)(node_modules|\.git|\.gitignore)(\/|$)/.test(path))
    .toSorted();
}

const folders: string[] = [];
process.once("exit", () => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

function temporary(name: string): string {
  const root = mkdtempSync(join(tmpdir(), `portico-bench-${name}-`));
  folders.push(root);
  return root;
}
