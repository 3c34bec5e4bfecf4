import { spawn } from "node:child_process";
import { homedir } from "node:os";
import { join } from "node:path";
import type { GitSettings } from "./surroundings.ts";

/** Some 8,000 paths: they are read while git still prints others. */
const pieceSize = 400_000;

/** Asks git about folders. Plain `spawn`: this runs in a thread of its own and wants raw bytes soon. */
export class Git {
  readonly #env: Record<string, string | undefined>;

  constructor(env: Readonly<Record<string, string | undefined>>) {
    // A server that was started by a hook of git must not look at that repository only.
    const kept = Object.entries(env).filter(([name]) => !/^GIT_(?!CONFIG|EXEC)/.test(name));
    this.#env = { ...Object.fromEntries(kept), GIT_OPTIONAL_LOCKS: "0", LC_ALL: "C" };
  }

  /** What decides on ignored files beside the ignore files of a tree. */
  async settings(folder: string, signal: AbortSignal): Promise<GitSettings> {
    const wanted = "^core\\.(excludesfile|ignorecase)$";
    const out = await this.#read(folder, ["config", "-z", "--get-regexp", wanted], signal);
    const found = new Map(
      (out ?? Buffer.alloc(0))
        .toString()
        .split("\0")
        .map((entry) => {
          const end = entry.indexOf("\n");
          return end < 0 ? [entry, "true"] : [entry.slice(0, end), entry.slice(end + 1)];
        }),
    );
    const home = this.#env["HOME"] ?? homedir();
    const base = this.#env["XDG_CONFIG_HOME"] || join(home, ".config");
    const named = found.get("core.excludesfile")?.replace(/^~(?=\/)/, home);
    return {
      excludesFile: named ?? join(base, "git/ignore"),
      ignoreCase: found.get("core.ignorecase") === "true",
    };
  }

  /**
   * Tracked files, each ended by a zero byte, in pieces of whole paths as git prints them. False
   * outside of a repository, without git, and when git failed half-way.
   */
  async tracked(
    folder: string,
    signal: AbortSignal,
    onPiece: (list: Buffer) => void,
  ): Promise<boolean> {
    let rest: Buffer[] = [];
    let size = 0;
    const onChunk = (chunk: Buffer) => {
      rest.push(chunk);
      size += chunk.length;
      const end = size < pieceSize ? -1 : chunk.lastIndexOf(0);
      if (end < 0) return;
      const piece = Buffer.concat([...rest.slice(0, -1), chunk.subarray(0, end + 1)]);
      rest = [chunk.subarray(end + 1)];
      size = chunk.length - end - 1;
      onPiece(piece);
    };
    const worked = await this.#run({ folder, args: ["ls-files", "-z", "-c"], signal, onChunk });
    if (worked && size > 0) onPiece(Buffer.concat(rest));
    return worked;
  }

  /** Tracked files that the ignore files of git would leave out. */
  trackedButIgnored(folder: string, signal: AbortSignal): Promise<Buffer | undefined> {
    const args = ["ls-files", "-z", "-c", "-i", "--exclude-standard"];
    return this.#read(folder, args, signal);
  }

  async #read(folder: string, args: string[], signal: AbortSignal): Promise<Buffer | undefined> {
    const chunks: Buffer[] = [];
    const onChunk = (chunk: Buffer) => void chunks.push(chunk);
    return (await this.#run({ folder, args, signal, onChunk })) ? Buffer.concat(chunks) : undefined;
  }

  /** Whether it worked. */
  #run({ folder, args, signal, onChunk }: Run): Promise<boolean> {
    return new Promise((resolve) => {
      // A repository can name a program as its file system monitor; searching must not start it.
      const child = spawn("git", ["-c", "core.fsmonitor=false", ...args], {
        cwd: folder,
        env: this.#env,
        stdio: ["ignore", "pipe", "ignore"],
        signal,
      });
      child.stdout.on("data", onChunk);
      child.on("error", () => resolve(false));
      child.on("close", (code) => resolve(code === 0));
    });
  }
}

interface Run {
  readonly folder: string;
  readonly args: readonly string[];
  readonly signal: AbortSignal;
  readonly onChunk: (chunk: Buffer) => void;
}
