import { lstat, mkdir, open, readFile, readlink, realpath, rename, rm } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { Log } from "../../core/index.ts";
import { nothingStored, parseStored, type Stored } from "./stored.ts";

/** `auth.json` of a home folder. Whoever writes or removes it holds its lock. */
export class AuthFile {
  readonly path: string;
  readonly #log: Log;
  #complaint = "";

  constructor(home: string, log: Log) {
    this.path = join(home, "auth.json");
    this.#log = log;
  }

  /** The path of its lock: of the file that a link points to, as several homes may share one. */
  async lock(): Promise<string> {
    return `${await this.#target()}.lock`;
  }

  /** What is stored; a file that is missing or broken holds nothing, and a broken one is logged once. */
  async read(): Promise<Stored> {
    const { stored, problem } = await this.examine();
    if (problem !== undefined && problem !== this.#complaint) {
      this.#log.warn(`${problem}; nobody is signed in`, { file: this.path });
    }
    this.#complaint = problem ?? "";
    return stored;
  }

  /** What is stored, and what is wrong with the file; never a part of its text. */
  async examine(): Promise<{ readonly stored: Stored; readonly problem: string | undefined }> {
    let text: string;
    try {
      text = await readFile(this.path, "utf8");
    } catch (error) {
      const code = codeOf(error);
      const problem = code === "ENOENT" ? undefined : `auth.json cannot be read (${String(code)})`;
      return { stored: nothingStored, problem };
    }
    const stored = parseStored(text);
    if (stored !== undefined) return { stored, problem: undefined };
    return { stored: nothingStored, problem: "auth.json is broken" };
  }

  /** Makes the folder where it is missing: a lock needs it. */
  async prepare(): Promise<void> {
    await mkdir(dirname(this.path), { recursive: true });
  }

  /** Replaces the content in one step, readable for its owner alone. A link keeps its target. */
  async write(text: string): Promise<void> {
    const target = await this.#target();
    const fresh = `${target}.${process.getBuiltinModule("node:crypto").randomBytes(4).toString("hex")}.tmp`;
    try {
      const handle = await open(fresh, "wx", 0o600);
      try {
        await handle.writeFile(text);
        await handle.sync();
      } finally {
        await handle.close();
      }
      await rename(fresh, target);
    } catch (error) {
      await rm(fresh, { force: true });
      throw error;
    }
  }

  /** Removes the secret: the file that a link points to as well as the link. */
  async remove(): Promise<void> {
    await rm(await this.#target(), { force: true });
    await rm(this.path, { force: true });
  }

  async #target(): Promise<string> {
    try {
      return await realpath(this.path);
    } catch (error) {
      if (codeOf(error) !== "ENOENT") throw error;
    }
    const entry = await lstat(this.path).catch(() => undefined);
    if (entry?.isSymbolicLink() !== true) return this.path;
    // A link to a file that is still to be made.
    return resolve(dirname(this.path), await readlink(this.path));
  }
}

export function codeOf(error: unknown): unknown {
  return error instanceof Error && "code" in error ? error.code : undefined;
}
