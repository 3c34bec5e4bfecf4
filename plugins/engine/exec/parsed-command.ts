import { isDeepStrictEqual } from "node:util";
import type { ParsedCommand } from "../../../core/index.ts";
import { quoteCommand } from "./quote.ts";
import { bashScript, isSedRange, plainCommands } from "./safe.ts";

/** What a command does, in words for display; never a ground for a decision. */
export async function parseCommand(command: readonly string[]): Promise<ParsedCommand[]> {
  const script = bashScript(command);
  if (script === undefined) return [summarise(command)];
  const commands = await plainCommands(script);
  const whole: ParsedCommand = { type: "unknown", cmd: script };
  if (commands === undefined) return [whole];

  const kept = withoutPreparation(commands.filter((words) => !isHelper(words)));
  const summaries = kept.map(summarise);
  const [only] = summaries;
  if (only === undefined) return [whole];
  // A range cut out of a pipe says which part is read; without it the text would tell too little.
  if (summaries.length === 1 && only.type === "read" && script.includes("|")) {
    if (commands.some((words) => words[0] === "sed" && words[1] === "-n")) {
      return [{ ...only, cmd: script }];
    }
  }
  return summaries.filter((summary, at) => !isDeepStrictEqual(summary, summaries[at - 1]));
}

const helpers = new Set("wc tr cut sort uniq xargs tee column awk yes printf".split(" "));

/** Commands that only shape what another one prints. */
function isHelper(words: readonly string[]): boolean {
  const [program = ""] = words;
  if (helpers.has(program)) return true;
  if (program === "head" || program === "tail") return words.length < 3;
  return program === "sed" && !readsRange(words);
}

/** Without what only prepares or rounds off the others; a command alone is kept whatever it is. */
function withoutPreparation(commands: readonly string[][]): string[][] {
  const rest = [...commands];
  while (rest.length > 1 && (rest[0]?.[0] === "cd" || rest[0]?.[0] === "echo")) rest.shift();
  const telling = rest.filter(
    ([program, ...args]) =>
      program !== "true" && !(program === "nl" && args.every((word) => word.startsWith("-"))),
  );
  return telling.length > 0 ? telling : rest.slice(0, 1);
}

const flagsWithValue: ReadonlyMap<string, readonly string[]> = new Map([
  ["ls", "-I -w --block-size --format --time-style --quoting-style".split(" ")],
  ["fd", "-t --type -e --extension -E --exclude --search-path".split(" ")],
]);

function summarise(words: readonly string[]): ParsedCommand {
  const [program = "", ...args] = words;
  const cmd = quoteCommand(words);
  const flags = flagsWithValue.get(program) ?? [];
  const isValue = (at: number) => flags.includes(args[at - 1] ?? "");
  const [first, second] = args.filter((word, at) => !word.startsWith("-") && !isValue(at));
  switch (program) {
    case "ls":
      return { type: "list_files", cmd, path: shortPath(first) };
    case "find":
      return { type: "search", cmd, query: findQuery(args), path: shortPath(findFolder(args)) };
    case "rg":
    case "fd":
    case "grep":
      if (program === "rg" && args.includes("--files")) {
        return { type: "search", cmd, query: null, path: shortPath(first) };
      }
      return { type: "search", cmd, query: first ?? null, path: shortPath(second) };
    default: {
      const file = readFile(words);
      if (file === undefined) return { type: "unknown", cmd };
      return { type: "read", cmd, name: shortPath(file) };
    }
  }
}

/** The one file that this command shows all or a part of. */
function readFile(words: readonly string[]): string | undefined {
  const [program = "", ...args] = words;
  const files = args.filter((word) => !word.startsWith("-"));
  switch (program) {
    case "cat":
      return args.length === 1 || (args.length === 2 && args[0] === "--") ? args.at(-1) : undefined;
    case "nl":
      return files.length === 1 ? files[0] : undefined;
    case "head":
      return lineCountThenFile(args, /^\d+$/);
    case "tail":
      return lineCountThenFile(args, /^\+?\d+$/);
    case "sed":
      return readsRange(words) ? args[2] : undefined;
    default:
      return undefined;
  }
}

function lineCountThenFile(args: readonly string[], count: RegExp): string | undefined {
  const [flag = "", second = "", third] = args;
  if (flag === "-n" && args.length === 3 && count.test(second)) return third;
  return flag.startsWith("-n") && args.length === 2 && count.test(flag.slice(2))
    ? second
    : undefined;
}

function readsRange(words: readonly string[]): boolean {
  return words.length === 4 && words[1] === "-n" && isSedRange(words[2] ?? "");
}

function findFolder(args: readonly string[]): string | undefined {
  const [first = "-"] = args;
  return /^[-(!]/.test(first) ? undefined : first;
}

function findQuery(args: readonly string[]): string | null {
  const at = args.findIndex((word) => ["-name", "-iname", "-path", "-regex"].includes(word));
  return at === -1 ? null : (args[at + 1] ?? null);
}

const commonFolders = new Set(["build", "dist", "node_modules", "src"]);

/** The last part of a path that tells something. */
function shortPath(path: string): string;
function shortPath(path: string | undefined): string | null;
function shortPath(path: string | undefined): string | null {
  if (path === undefined) return null;
  const parts = path.split("/").filter((part) => part !== "" && !commonFolders.has(part));
  return parts.at(-1) ?? path;
}
