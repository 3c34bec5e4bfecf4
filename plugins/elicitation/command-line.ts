import { visible } from "./visible.ts";

/** The words of a command as one line, quoted for a POSIX shell. */
export function commandLine(command: readonly string[]): string {
  return command.map(quote).join(" ");
}

function quote(word: string): string {
  if (word === "") return "''";
  if (/^[\w+\-./:@]+$/.test(word)) return word;
  if (visible(word) !== word) return `$'${visible(word.replaceAll(/[\\']/g, "\\$&"))}'`;
  if (word.includes("'") && !/["$`\\!]/.test(word)) return `"${word}"`;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
