import { accessSync, constants, type Stats, statSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";

/** Why a command cannot be started, as a sentence that names the thing, or undefined. */
export function startProblem(
  command: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  const program = command[0];
  if (program === undefined || program === "") return "empty command";
  if (command.some((word) => word.includes("\0"))) {
    return `a NUL byte in the command: ${JSON.stringify(program)}`;
  }
  const folder = lookAt(cwd);
  if (folder === undefined) return `working folder not found: ${JSON.stringify(cwd)}`;
  if (!folder.isDirectory()) return `working folder is not a folder: ${JSON.stringify(cwd)}`;

  if (program.includes("/")) return programProblem(program, resolve(cwd, program));
  const path = findProgram(program, { env, cwd });
  return path === undefined ? `command not found: ${JSON.stringify(program)}` : undefined;
}

/** The file that a bare program name means under this PATH, or undefined. */
export function findProgram(
  name: string,
  where: { env: Readonly<Record<string, string | undefined>>; cwd: string | undefined },
): string | undefined {
  // Without PATH the C library looks in these two.
  const folders = (where.env["PATH"] ?? "/bin:/usr/bin").split(":");
  for (const folder of folders) {
    // Without a cwd only absolute entries count: nobody's workspace may offer our own tools.
    if (where.cwd === undefined && !isAbsolute(folder)) continue;
    const path = join(resolve(where.cwd ?? "/", folder), name);
    if (programProblem(name, path) === undefined) return path;
  }
  return undefined;
}

function programProblem(program: string, path: string): string | undefined {
  const shown = JSON.stringify(program);
  const found = lookAt(path);
  if (found === undefined) return `command not found: ${shown}`;
  if (found.isDirectory()) return `command is a folder: ${shown}`;
  try {
    accessSync(path, constants.X_OK);
    return undefined;
  } catch {
    return `command is not executable: ${shown}`;
  }
}

// Synchronous on purpose: every command looks through PATH, and each trip through the thread pool
// takes longer than the whole of it.
function lookAt(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    // Below something that is no folder, or not ours to look at.
    return undefined;
  }
}
