import { execa } from "execa";

/** Milliseconds for one call of git. */
const longestCall = 5000;
const mostBytes = 1 << 30;

/** What a call of git gets beside its arguments. */
interface Extras {
  readonly input?: Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
}

/** Calls of git in one folder, that ask nobody and start no daemon. */
export class Git {
  readonly #folder: string;
  readonly #signal: AbortSignal;

  constructor(folder: string, signal: AbortSignal) {
    this.#folder = folder;
    this.#signal = signal;
  }

  /** What it prints. Rejects when it fails or takes longer than five seconds. */
  async bytes(args: readonly string[], { input, env }: Extras = {}): Promise<Buffer> {
    const { stdout } = await execa("git", ["-c", "core.fsmonitor=false", ...args], {
      cwd: this.#folder,
      env: { ...env, GIT_OPTIONAL_LOCKS: "0", GIT_TERMINAL_PROMPT: "0", LC_ALL: "C" },
      encoding: "buffer",
      stripFinalNewline: false,
      maxBuffer: mostBytes,
      timeout: longestCall,
      killDescendants: true,
      cancelSignal: this.#signal,
      ...(input === undefined ? { stdin: "ignore" as const } : { input }),
    });
    return Buffer.from(stdout.buffer, stdout.byteOffset, stdout.byteLength);
  }

  /** The same as text; what is not UTF-8 in it is replaced. */
  async text(...args: readonly string[]): Promise<string> {
    return (await this.bytes(args)).toString("utf8");
  }

  async line(...args: readonly string[]): Promise<string> {
    return (await this.text(...args)).trimEnd();
  }

  async lines(...args: readonly string[]): Promise<string[]> {
    return (await this.line(...args)).split("\n").filter((line) => line !== "");
  }

  /** `undefined` when it fails: there is no such thing. */
  async tried(...args: readonly string[]): Promise<string | undefined> {
    try {
      return await this.line(...args);
    } catch {
      return undefined;
    }
  }
}
