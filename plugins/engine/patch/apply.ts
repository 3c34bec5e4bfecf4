import { constants, type Stats } from "node:fs";
import { access, open, rename, rm, stat, unlink, type FileHandle } from "node:fs/promises";
import { dirname, join } from "node:path";
import { makeFolder } from "../folders.ts";
import { entryPlace, ifPresent, osReason, readRegular, targetPlace } from "./disk.ts";
import { PatchError } from "./error.ts";
import type { Step, VerifiedPatch } from "./verify.ts";

export interface ApplyResult {
  readonly success: boolean;
  readonly stdout: string;
  readonly stderr: string;
  /** Paths that `mayWrite` refused; nothing was written then. */
  readonly refused: readonly string[];
}

export interface ApplyOptions {
  /** Asked for every path of the patch, and for the place it leads to, before anything is written. */
  readonly mayWrite: (path: string) => boolean;
}

/** Carries a verified patch out. Never rejects: what went wrong, and what was done, is in stderr. */
export async function applyPatch(
  patch: VerifiedPatch,
  options: ApplyOptions,
): Promise<ApplyResult> {
  const done: Step[] = [];
  let current = "the patch";
  try {
    const refused = await refusedPaths(patch, options);
    if (refused.length > 0) {
      const stderr = `failed to apply the patch: ${notAllowed(refused)}\n`;
      return { success: false, stdout: "", stderr, refused };
    }
    await requireUnchanged(patch);
    for (const step of patch.steps) {
      current = step.named;
      await carryOut(step, options);
      done.push(step);
    }
  } catch (error) {
    const reason = error instanceof PatchError ? error.message : `${current}: ${osReason(error)}`;
    const rest = done.length === 0 ? "" : `Done before that:\n${summary(done)}`;
    return {
      success: false,
      stdout: "",
      stderr: `failed to apply ${reason}\n${rest}`,
      refused: [],
    };
  }
  const stdout = `Success. Updated the following files:\n${summary(done)}`;
  return { success: true, stdout, stderr: "", refused: [] };
}

function summary(steps: readonly Step[]): string {
  const letters = ["A", "M", "D"] as const;
  const lines = letters.flatMap((letter) =>
    steps.filter((step) => step.letter === letter).map(({ named }) => `${letter} ${named}\n`),
  );
  return [...new Set(lines)].join("");
}

function notAllowed(paths: readonly string[]): string {
  return `writing is not allowed here: ${paths.join(", ")}`;
}

async function refusedPaths(
  { steps }: VerifiedPatch,
  { mayWrite }: ApplyOptions,
): Promise<string[]> {
  const refused = new Set<string>();
  for (const { write, remove } of steps) {
    const paths = [
      ...(write === undefined ? [] : [write.path, await targetPlace(write.path)]),
      ...(remove === undefined ? [] : [remove, await entryPlace(remove)]),
    ];
    for (const path of paths) if (!mayWrite(path)) refused.add(path);
  }
  return [...refused];
}

/** Minutes may pass between verification and a person's yes. */
async function requireUnchanged({ found }: VerifiedPatch): Promise<void> {
  for (const { path, bytes } of found) {
    const now = await readRegular(path).catch((error: unknown) => {
      // Below a file that this patch deletes, there is nothing to read.
      if (bytes === undefined) return undefined;
      throw new PatchError(`the patch: cannot read ${path}: ${osReason(error)}`, { cause: error });
    });
    const same = bytes === undefined || now === undefined ? bytes === now : bytes.equals(now);
    if (!same) throw new PatchError(`the patch: ${path} has changed since the patch was checked`);
  }
}

async function carryOut({ write, remove }: Step, options: ApplyOptions): Promise<void> {
  if (write !== undefined) await replaceFile(write.path, write.content, options);
  if (remove === undefined) return;
  const place = await entryPlace(remove);
  requireStillAllowed(place, options);
  await unlink(place);
}

/**
 * Writes beside the file and renames: nobody sees half a file, and another hard link of the old
 * file, perhaps outside the workspace, keeps the old content.
 */
async function replaceFile(path: string, content: string, options: ApplyOptions): Promise<void> {
  const place = await targetPlace(path);
  requireStillAllowed(place, options);
  const folder = dirname(place);
  const old = await ifPresent(stat(place));
  if (old === undefined) makeFolder(folder);
  // A rename would go through on a write-protected file.
  else await access(place, constants.W_OK);
  const { randomBytes } = process.getBuiltinModule("node:crypto");
  const temporary = join(folder, `.portico-${randomBytes(8).toString("hex")}.tmp`);
  const handle = await open(temporary, "wx");
  try {
    try {
      await handle.writeFile(content);
      if (old !== undefined) await keepOwnerAndMode(handle, old);
    } finally {
      await handle.close();
    }
    await rename(temporary, place);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function keepOwnerAndMode(handle: FileHandle, old: Stats): Promise<void> {
  const made = await handle.stat();
  if (made.uid !== old.uid || made.gid !== old.gid) {
    // Only root may give files away; for others the file then belongs to whoever patched it.
    await handle.chown(old.uid, old.gid).catch(() => undefined);
  }
  await handle.chmod(old.mode & 0o7777);
}

/** An earlier section, or another process, may have put a link into the way. */
function requireStillAllowed(place: string, { mayWrite }: ApplyOptions): void {
  if (!mayWrite(place)) throw new PatchError(`the patch: ${notAllowed([place])}`);
}
