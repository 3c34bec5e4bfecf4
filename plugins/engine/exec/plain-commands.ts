import type { AndOr, Command, PipelineNode, Word } from "unbash";

// The words whose value is plain to see. Characters outside these lists make a script unreadable
// for us, even where bash would take them as they are: the check must hold in every locale.
const bareWord = /^(?!#)(?:[\w\-./,:=+@%^*?[\]~#]|\\[!-~ ])+$/;
const singleQuoted = /^'[^'\0]*'$/;
const doubleQuoted = /^"[^"$`\\\0]*"$/;

// What may stand between words. This is checked beside the parser's tree, so that one of them
// being wrong about bash does not suffice to let a script through.
const blank = /^[ \t]+$/;
const operator = /^[ \t]*(?:(?:&&|\|\||\||;)[ \t\n]*|\n[ \t\n]*)$/;
const before = /^[ \t\n]*$/;
const after = /^[ \t]*;?[ \t\n]*$/;

const reserved = new Set(
  "if then else elif fi case esac for select while until do done in function time coproc { } ! [[ ]]".split(
    " ",
  ),
);
const longestScript = 65_536;

/**
 * The commands of a bash script that is nothing but plain commands joined by `&&`, `||`, `;`, `|`
 * or line ends, each as its words; undefined for every other script. Globs and `~` stay as written.
 */
export async function plainCommands(script: string): Promise<string[][] | undefined> {
  // A script that begins like an option is one to bash, even after -c.
  if (script.length > longestScript || /^[-+]/.test(script)) return undefined;
  const { parse } = await import("unbash");
  const tree = parse(script);
  if (tree.errors !== undefined && tree.errors.length > 0) return undefined;
  if (tree.shebang !== undefined) return undefined;

  const commands: Word[][] = [];
  for (const statement of tree.commands) {
    if (statement.background === true || !collect(statement.command, commands)) return undefined;
  }
  if (commands.length === 0 || !gapsArePlain(script, commands)) return undefined;
  return commands.map((words) => words.map((word) => word.value));
}

/** Adds the words of each command below this node; false when something else is there. */
function collect(node: PipelineNode | AndOr, commands: Word[][]): boolean {
  if (node.type === "AndOr") return node.commands.every((part) => collect(part, commands));
  if (node.type === "Pipeline") {
    if (node.prefixes.length > 0 || node.operators.includes("|&")) return false;
    return node.commands.every((part) => collect(part, commands));
  }
  if (node.type !== "Command") return false;
  const words = wordsOf(node);
  if (words === undefined) return false;
  commands.push(words);
  return true;
}

function wordsOf({ name, prefix, suffix }: Command): Word[] | undefined {
  if (name === undefined || prefix.length > 0) return undefined;
  // A word like `a=b` in the place of the program is an assignment, not a program.
  if (/[=%]/.test(name.text) || reserved.has(name.text)) return undefined;
  const words = [name];
  for (const part of suffix) {
    if (part.type !== "Word") return undefined;
    words.push(part);
  }
  return words.every(isPlain) ? words : undefined;
}

function isPlain({ text }: Word): boolean {
  return bareWord.test(text) || singleQuoted.test(text) || doubleQuoted.test(text);
}

function gapsArePlain(script: string, commands: readonly Word[][]): boolean {
  let at = 0;
  let allowed = before;
  for (const words of commands) {
    for (const word of words) {
      if (!allowed.test(script.slice(at, word.pos))) return false;
      if (script.slice(word.pos, word.end) !== word.text) return false;
      at = word.end;
      allowed = blank;
    }
    allowed = operator;
  }
  return after.test(script.slice(at));
}
