import { dirname, join, resolve } from "node:path";
import type { JsonObject } from "../../../core/index.ts";
import { isThere, textOf } from "../small-file.ts";

/**
 * Commit, branch and origin of the repository around a folder, read from its files: starting git
 * would cost every conversation some processes. Whatever cannot be read is left out.
 */
export function gitFacts(cwd: string): JsonObject | undefined {
  const folder = gitFolder(cwd);
  if (folder === undefined) return undefined;
  // A linked work tree keeps its HEAD to itself and shares everything else.
  const common = resolve(folder, textOf(join(folder, "commondir"))?.trim() ?? ".");
  const head = textOf(join(folder, "HEAD"))?.trim();
  const ref = head?.startsWith("ref: ") === true ? head.slice(5) : undefined;
  const commit = ref === undefined ? head : commitOf(ref, folder, common);
  const config = textOf(join(common, "config"));
  const url = config?.match(/^\[remote "origin"\][^[]*?^\s*url\s*=\s*(.+?)\s*$/ms)?.[1];
  return {
    ...(commit !== undefined && /^[0-9a-f]{40,64}$/.test(commit) && { commit_hash: commit }),
    ...(ref?.startsWith("refs/heads/") === true && { branch: ref.slice("refs/heads/".length) }),
    ...(url !== undefined && { repository_url: url }),
  };
}

function gitFolder(cwd: string): string | undefined {
  for (let folder = cwd; ; folder = dirname(folder)) {
    const path = join(folder, ".git");
    if (isThere(path)) {
      // What is no file that names a folder is one.
      const pointer = textOf(path);
      if (pointer === undefined) return path;
      const target = pointer.match(/^gitdir: (.+)$/m)?.[1];
      return target === undefined ? undefined : resolve(folder, target);
    }
    if (dirname(folder) === folder) return undefined;
  }
}

function commitOf(ref: string, folder: string, common: string): string | undefined {
  const loose = textOf(join(folder, ref)) ?? textOf(join(common, ref));
  if (loose !== undefined) return loose.trim();
  const packed = textOf(join(common, "packed-refs"))?.split("\n");
  return packed?.find((entry) => entry.endsWith(` ${ref}`))?.split(" ", 1)[0];
}
