import { readFile, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { JsonObject } from "../../../core/index.ts";

/**
 * Commit, branch and origin of the repository around a folder, read from its files: starting git
 * would cost every conversation some processes. Whatever cannot be read is left out.
 */
export async function gitFacts(cwd: string): Promise<JsonObject | undefined> {
  const folder = await gitFolder(cwd);
  if (folder === undefined) return undefined;
  // A linked work tree keeps its HEAD to itself and shares everything else.
  const common = resolve(folder, (await textOf(join(folder, "commondir")))?.trim() ?? ".");
  const head = (await textOf(join(folder, "HEAD")))?.trim();
  const ref = head?.startsWith("ref: ") === true ? head.slice(5) : undefined;
  const commit = ref === undefined ? head : await commitOf(ref, folder, common);
  const config = await textOf(join(common, "config"));
  const url = config?.match(/^\[remote "origin"\][^[]*?^\s*url\s*=\s*(.+?)\s*$/ms)?.[1];
  return {
    ...(commit !== undefined && /^[0-9a-f]{40,64}$/.test(commit) && { commit_hash: commit }),
    ...(ref?.startsWith("refs/heads/") === true && { branch: ref.slice("refs/heads/".length) }),
    ...(url !== undefined && { repository_url: url }),
  };
}

async function gitFolder(cwd: string): Promise<string | undefined> {
  for (let folder = cwd; ; folder = dirname(folder)) {
    const path = join(folder, ".git");
    const found = await stat(path).catch(() => undefined);
    if (found?.isDirectory() === true) return path;
    if (found !== undefined) {
      const target = (await textOf(path))?.match(/^gitdir: (.+)$/m)?.[1];
      return target === undefined ? undefined : resolve(folder, target);
    }
    if (dirname(folder) === folder) return undefined;
  }
}

async function commitOf(ref: string, folder: string, common: string): Promise<string | undefined> {
  const loose = (await textOf(join(folder, ref))) ?? (await textOf(join(common, ref)));
  if (loose !== undefined) return loose.trim();
  const packed = (await textOf(join(common, "packed-refs")))?.split("\n");
  return packed?.find((entry) => entry.endsWith(` ${ref}`))?.split(" ", 1)[0];
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch {
    return undefined;
  }
}
