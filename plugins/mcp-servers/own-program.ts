import { realpath } from "node:fs/promises";
import { delimiter, isAbsolute, resolve } from "node:path";
import type { Program } from "./settings.ts";

/**
 * True when this starts the program that asks: it would find the same settings, start itself, and so
 * on. `own` is our program's file; scripts are recognised behind their interpreter too.
 */
export async function isOwnProgram(
  { command, args, env, cwd = "" }: Program,
  own: string | undefined,
  from: { readonly cwd: string; readonly path: string | undefined },
): Promise<boolean> {
  if (own === undefined) return false;
  const file = await real(own);
  const folder = resolve(from.cwd, cwd);
  const folders = (env["PATH"] ?? from.path ?? "").split(delimiter);
  const named = command.includes("/")
    ? [resolve(folder, command)]
    : folders.filter(isAbsolute).map((each) => resolve(each, command));
  const written = args.filter((arg) => !arg.startsWith("-")).map((arg) => resolve(folder, arg));
  const found = await Promise.all([...named.map(real), ...written.map(real)]);
  return file !== undefined && found.includes(file);
}

async function real(path: string): Promise<string | undefined> {
  return realpath(path).catch(() => undefined);
}
