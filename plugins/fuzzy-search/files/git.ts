import { spawn } from "node:child_process";
import { homedir } from "node:os";
import { join } from "node:path";
import type { GitSettings } from "./surroundings.ts";

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
    const out = await this.#run(folder, ["config", "-z", "--get-regexp", wanted], signal);
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

  /** Tracked files, each ended by a zero byte; `undefined` outside of a repository or without git. */
  tracked(folder: string, signal: AbortSignal): Promise<Buffer | undefined> {
    return this.#run(folder, ["ls-files", "-z", "-c"], signal);
  }

  /** Tracked files that the ignore files of git would leave out. */
  trackedButIgnored(folder: string, signal: AbortSignal): Promise<Buffer | undefined> {
    const args = ["ls-files", "-z", "-c", "-i", "--exclude-standard"];
    return this.#run(folder, args, signal);
  }

  #run(folder: string, args: string[], signal: AbortSignal): Promise<Buffer | undefined> {
    return new Promise((resolve) => {
      // A repository can name a program as its file system monitor; searching must not start it.
      const child = spawn("git", ["-c", "core.fsmonitor=false", ...args], {
        cwd: folder,
        env: this.#env,
        stdio: ["ignore", "pipe", "ignore"],
        signal,
      });
      const chunks: Buffer[] = [];
      child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
      child.on("error", () => resolve(undefined));
      child.on("close", (code) => resolve(code === 0 ? Buffer.concat(chunks) : undefined));
    });
  }
}
