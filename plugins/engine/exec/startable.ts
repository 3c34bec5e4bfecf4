import { accessSync, constants, type Stats, statSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";

/** Why a command cannot be started: a sentence that names the thing, and what the system calls it. */
export interface StartProblem {
  readonly code: "EACCES" | "EINVAL" | "ENOENT" | "ENOTDIR";
  readonly message: string;
}

/** What prevents the start of a command, if anything does. */
export function startProblem(
  command: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string | undefined>>,
): StartProblem | undefined {
  const program = command[0];
  if (program === undefined || program === "") return problem("EINVAL", "empty command");
  if (command.some((word) => word.includes("\0"))) {
    return problem("EINVAL", "a NUL byte in the command", program);
  }
  const folder = lookAt(cwd);
  if (folder === undefined) return problem("ENOENT", "working folder not found", cwd);
  if (!folder.isDirectory()) return problem("ENOTDIR", "working folder is not a folder", cwd);

  if (program.includes("/")) return programProblem(program, resolve(cwd, program));
  const path = findProgram(program, { env, cwd });
  return path === undefined ? problem("ENOENT", "command not found", program) : undefined;
}

function problem(code: StartProblem["code"], what: string, name?: string): StartProblem {
  return { code, message: name === undefined ? what : `${what}: ${JSON.stringify(name)}` };
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

function programProblem(program: string, path: string): StartProblem | undefined {
  const found = lookAt(path);
  if (found === undefined) return problem("ENOENT", "command not found", program);
  if (found.isDirectory()) return problem("EACCES", "command is a folder", program);
  try {
    accessSync(path, constants.X_OK);
    return undefined;
  } catch {
    return problem("EACCES", "command is not executable", program);
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
