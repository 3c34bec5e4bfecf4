import { constants } from "node:fs";
import { access, stat } from "node:fs/promises";
import { isAbsolute, join, resolve } from "node:path";

/** Why a command cannot be started, as a sentence that names the thing, or undefined. */
export async function startProblem(
  command: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<string | undefined> {
  const program = command[0];
  if (program === undefined || program === "") return "empty command";
  if (command.some((word) => word.includes("\0"))) {
    return `a NUL byte in the command: ${JSON.stringify(program)}`;
  }
  const folder = await stat(cwd).catch(() => undefined);
  if (folder === undefined) return `working folder not found: ${JSON.stringify(cwd)}`;
  if (!folder.isDirectory()) return `working folder is not a folder: ${JSON.stringify(cwd)}`;

  if (program.includes("/")) return programProblem(program, resolve(cwd, program));
  const path = await findProgram(program, { env, cwd });
  return path === undefined ? `command not found: ${JSON.stringify(program)}` : undefined;
}

/** The file that a bare program name means under this PATH, or undefined. */
export async function findProgram(
  name: string,
  where: { env: Readonly<Record<string, string | undefined>>; cwd: string | undefined },
): Promise<string | undefined> {
  // Without PATH the C library looks in these two.
  const folders = (where.env["PATH"] ?? "/bin:/usr/bin").split(":");
  for (const folder of folders) {
    // Without a cwd only absolute entries count: nobody's workspace may offer our own tools.
    if (where.cwd === undefined && !isAbsolute(folder)) continue;
    const path = join(resolve(where.cwd ?? "/", folder), name);
    if ((await programProblem(name, path)) === undefined) return path;
  }
  return undefined;
}

async function programProblem(program: string, path: string): Promise<string | undefined> {
  const shown = JSON.stringify(program);
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return `command not found: ${shown}`;
  if (found.isDirectory()) return `command is a folder: ${shown}`;
  const allowed = await access(path, constants.X_OK).then(
    () => true,
    () => false,
  );
  return allowed ? undefined : `command is not executable: ${shown}`;
}
