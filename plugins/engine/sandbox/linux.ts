import { lstat } from "node:fs/promises";
import { isAbsolute } from "node:path";
import type { Wrapped } from "./wrapped.ts";
import { holdLink, holdMountPoint } from "./mount-points.ts";
import { isInside, isWritable, realTarget, type WritableRoot } from "./policy.ts";
import { networkFilter } from "./seccomp.ts";

/** How bubblewrap can be used on this machine; found out by the probe. */
export interface BubblewrapVariant {
  /** With a user namespace of its own: for root in a container that lacks CAP_SYS_ADMIN. */
  readonly unshareUser: boolean;
}

// Root keeps every capability under bubblewrap unless they are dropped, and then mounts / writable
// again. These are needed to work on files of other owners in a writable root; none of them
// reaches past a read-only mount. CAP_DAC_READ_SEARCH would (open_by_handle_at).
const rootCapabilities = ["CHOWN", "DAC_OVERRIDE", "FOWNER", "FSETID", "KILL", "SETGID", "SETUID"];

/** The arguments that every sandboxed command gets, before its folders. */
export function baseArguments(variant: BubblewrapVariant, networkAllowed: boolean): string[] {
  const asRoot = process.getuid?.() === 0 && !variant.unshareUser;
  const namespaces = ["--unshare-pid", "--unshare-ipc"];
  if (variant.unshareUser) namespaces.push("--unshare-user");
  if (!networkAllowed) namespaces.push("--unshare-net");
  const capabilities = asRoot ? rootCapabilities.map((name) => `--cap-add CAP_${name}`) : [];
  // /proc is read-only as a whole: as uid 0, even without capabilities, /proc/sys can be written.
  const mounts = "--ro-bind / / --dev /dev --proc /proc --remount-ro /proc";
  return [mounts, ...namespaces, "--die-with-parent --cap-drop ALL", ...capabilities]
    .join(" ")
    .split(" ");
}

export interface BubblewrapRequest {
  readonly program: string;
  readonly variant: BubblewrapVariant;
  readonly roots: readonly WritableRoot[];
  readonly networkAllowed: boolean;
  readonly commandCwd: string;
  /** Of the command. */
  readonly env: Readonly<Record<string, string>>;
  /** For `holdMountPoint`. */
  readonly marks: string | undefined;
}

// Bubblewrap itself is outside of the sandbox: what its loader is told is for the command only.
const loaderVariable = /^(?:LD_|GLIBC_TUNABLES$|GCONV_PATH$)/;

/** The whole command line around `command`, the filter it reads, and what undoes our preparations. */
export async function bubblewrap(
  command: readonly string[],
  { program, variant, roots, networkAllowed, commandCwd, env, marks }: BubblewrapRequest,
): Promise<Required<Omit<Wrapped, "env" | "inner">>> {
  const filter = networkAllowed ? undefined : networkFilter();
  const guards = await guardedFolders(roots, marks);
  const binds = (await writableFolders(roots)).flatMap((folder) => ["--bind", folder, folder]);
  // After all writable folders, as a later mount hides an earlier one below it.
  const guardBinds = guards.paths.flatMap((path) => ["--ro-bind", path, path]);
  const variables = Object.entries(env);
  const forLoader = variables.filter(([name]) => loaderVariable.test(name));
  return {
    wrapperEnv: Object.fromEntries(variables.filter(([name]) => !loaderVariable.test(name))),
    command: [
      program,
      ...baseArguments(variant, networkAllowed),
      ...binds,
      ...guardBinds,
      ...(filter === undefined ? [] : ["--seccomp", "3"]),
      ...forLoader.flatMap(([name, value]) => ["--setenv", name, value]),
      "--chdir",
      commandCwd,
      "--",
      ...command,
    ],
    files: filter === undefined ? [] : [filter],
    dispose: guards.dispose,
  };
}

/** Real folders; a root that does not exist cannot be written either. */
async function writableFolders(roots: readonly WritableRoot[]): Promise<string[]> {
  const folders = new Set<string>();
  for (const { root } of roots) {
    const real = realTarget(root);
    if (real !== undefined && isAbsolute(real) && (await exists(real))) folders.add(real);
  }
  return [...folders];
}

async function guardedFolders(
  roots: readonly WritableRoot[],
  marks: string | undefined,
): Promise<{ paths: string[]; dispose: () => Promise<void> }> {
  const paths = new Set<string>();
  const releases: (() => void)[] = [];
  for (const { readOnlySubpaths, temporary } of roots) {
    for (const inner of readOnlySubpaths) {
      // Another root, such as /tmp around the workspace, may open it all the same.
      if (paths.has(inner) || isWritable(inner, roots)) continue;
      if (temporary !== true) releases.push(holdLink(inner) ?? nothing);
      const real = realTarget(inner);
      // A link may lead out of all roots, where nothing can be written anyway.
      if (real === undefined || !isBelowRoot(real, roots)) continue;
      if (temporary === true) {
        if (!(await exists(real))) continue;
      } else {
        const release = holdMountPoint(real, marks);
        if (release === undefined) continue;
        releases.push(release);
      }
      paths.add(real);
    }
  }
  return {
    paths: [...paths],
    dispose: async () => {
      for (const release of releases.splice(0)) release();
    },
  };
}

function isBelowRoot(path: string, roots: readonly WritableRoot[]): boolean {
  return roots.some(({ root }) => isInside(path, realTarget(root) ?? root));
}

function nothing(): void {}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
