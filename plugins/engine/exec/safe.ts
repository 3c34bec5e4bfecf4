import { plainCommands } from "./plain-commands.ts";

export { plainCommands } from "./plain-commands.ts";

/** What is known about a command before anybody is asked. Both may be false; never both true. */
export interface CommandVerdict {
  /** It only reads. */
  readonly safe: boolean;
  /** It destroys work in a way that is hard to undo. */
  readonly dangerous: boolean;
}

/** Judges a command by its words alone; a `bash -lc` script by all of its plain commands. */
export async function judge(command: readonly string[]): Promise<CommandVerdict> {
  const script = bashScript(command);
  const commands = script === undefined ? [command] : await plainCommands(script);
  if (commands === undefined) return { safe: false, dangerous: false };
  const dangerous = commands.some(isDangerous);
  return { safe: !dangerous && commands.every(isSafe), dangerous };
}

/** The script of `["bash", "-lc", script]`, exactly these three words; else undefined. */
export function bashScript(command: readonly string[]): string | undefined {
  return command.length === 3 && command[0] === "bash" && command[1] === "-lc"
    ? command[2]
    : undefined;
}

/** True for the `sed` script that prints one line or a range of lines, and does nothing else. */
export function isSedRange(script: string): boolean {
  return /^\d+(?:,\d+)?p$/.test(script);
}

const safeWithAnything = new Set(
  "cat cd echo false grep head ls nl pwd tail true wc which".split(" "),
);
const findActions = new Set(
  "-exec -execdir -ok -okdir -delete -fls -fprint -fprint0 -fprintf".split(" "),
);
const ripgrepPrograms = /^(?:--pre|--hostname-bin)(?:=|$)/;
const ripgrepArchives = new Set(["--search-zip", "-z"]);
const gitReads = new Set(["branch", "status", "log", "diff", "show"]);

function isSafe(command: readonly string[]): boolean {
  const [program = "", ...args] = command;
  if (safeWithAnything.has(program)) return true;
  switch (program) {
    case "find":
      return !args.some((word) => findActions.has(word));
    case "rg":
      return !args.some((word) => ripgrepPrograms.test(word) || ripgrepArchives.has(word));
    case "git":
      return gitReads.has(args[0] ?? "");
    case "cargo":
      return args[0] === "check";
    case "sed":
      return args.length === 3 && args[0] === "-n" && isSedRange(args[1] ?? "");
    default:
      return false;
  }
}

function isDangerous(command: readonly string[]): boolean {
  const [program = "", second = ""] = command;
  if (program === "sudo") return isDangerous(command.slice(1));
  if (program === "git" || program.endsWith("/git")) return second === "reset" || second === "rm";
  return program === "rm" && (second === "-f" || second === "-rf");
}
