import { lstatSync, readFileSync, readlinkSync, realpathSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import type { SandboxPolicy } from "../../../core/index.ts";

/** A folder that may be written, but for the paths inside it that stay read-only. All absolute. */
export interface WritableRoot {
  readonly root: string;
  readonly readOnlySubpaths: readonly string[];
  /** A folder for temporary files: nobody's repository, so nothing is put there to guard one. */
  readonly temporary?: true;
}

export function mayUseNetwork(policy: SandboxPolicy): boolean {
  if (policy.mode === "workspace-write") return policy.network_access;
  return policy.mode === "danger-full-access";
}

/** The folders this policy lets commands write; none also for danger-full-access, which needs none. */
export function writableRoots(
  policy: SandboxPolicy,
  cwd: string,
  env: Readonly<Record<string, string | undefined>>,
): readonly WritableRoot[] {
  if (policy.mode !== "workspace-write") return [];
  const roots = new Map<string, WritableRoot>();
  for (const folder of [...(policy.writable_roots ?? []), cwd]) {
    const root = resolve(cwd, folder);
    roots.set(root, { root, readOnlySubpaths: gitFolders(root) });
  }
  const temporary: (string | undefined)[] = [];
  if (!policy.exclude_slash_tmp && process.platform !== "win32") temporary.push("/tmp");
  if (!policy.exclude_tmpdir_env_var) temporary.push(env["TMPDIR"]);
  for (const folder of temporary) {
    if (folder === undefined || !isAbsolute(folder)) continue;
    const root = resolve(folder);
    if (roots.has(root)) continue;
    roots.set(root, { root, readOnlySubpaths: [join(root, ".git")], temporary: true });
  }
  return [...roots.values()];
}

/** True when a write to this absolute path stays inside a root, both as written and through links. */
export function isWritable(path: string, roots: readonly WritableRoot[]): boolean {
  const written = resolve(path);
  if (!roots.some((root) => covers(root, written))) return false;
  const real = realTarget(written);
  return real !== undefined && roots.some((root) => covers(realRoot(root), real));
}

/** True when `path` is `folder` or lies below it; both absolute and normal. */
export function isInside(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === "" || (way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}

function covers({ root, readOnlySubpaths }: WritableRoot, path: string): boolean {
  return isInside(path, root) && !readOnlySubpaths.some((inner) => isInside(path, inner));
}

/** The git folder of a root; where `.git` is a file (a worktree), also the folders it leads to. */
function gitFolders(root: string): readonly string[] {
  const git = join(root, ".git");
  const folders = [git];
  try {
    const pointer = /^gitdir:[ \t]*(.+?)\s*$/m.exec(readFileSync(git, "utf8"))?.[1];
    if (pointer !== undefined) {
      const folder = resolve(root, pointer);
      folders.push(folder);
      folders.push(resolve(folder, readFileSync(join(folder, "commondir"), "utf8").trim()));
    }
  } catch {
    // A folder, absent, or without a common folder: what is known so far is all there is.
  }
  return folders.filter((folder) => isInside(folder, root) && folder !== root);
}

function realRoot({ root, readOnlySubpaths }: WritableRoot): WritableRoot {
  return {
    root: realTarget(root) ?? root,
    // Also the names as they stand: `.git` may be a link that a write would replace.
    readOnlySubpaths: readOnlySubpaths.flatMap((path) => {
      const beside = join(realTarget(dirname(path)) ?? dirname(path), ".git");
      const real = realTarget(path);
      return real === undefined ? [beside] : [beside, real];
    }),
  };
}

/** Where a write to this path would land, links followed; undefined for links that go in circles. */
export function realTarget(path: string): string | undefined {
  let current = path;
  const below: string[] = [];
  for (let steps = 0; steps < 256; steps++) {
    try {
      return join(realpathSync.native(current), ...below.toReversed());
    } catch {
      // Not there yet, or a link to something that is not there yet.
    }
    if (isLink(current)) {
      current = resolve(dirname(current), readlinkSync(current));
      continue;
    }
    const parent = dirname(current);
    if (parent === current) return undefined;
    below.push(current.slice(parent.length).replace(/^[/\\]/, ""));
    current = parent;
  }
  return undefined;
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink();
  } catch {
    return false;
  }
}
