interface Form {
  /** The longest beginning of a text that can be written in this form. */
  readonly takes: RegExp;
  readonly write: (text: string) => string;
}

// In order of preference. Shells differ about `^`, `!` and about backslashes between single quotes,
// so each of them stands only where all shells take it as it is.
const forms: readonly Form[] = [
  { takes: /^[\w+\-./:@\]]*/, write: (text) => text },
  { takes: /^\^?[^'\\^]*/, write: (text) => `'${text}'` },
  { takes: /^[^`$!^]*/, write: (text) => `"${text.replaceAll(/["\\]/g, "\\$&")}"` },
];

/** A command as shell text that means exactly these words. */
export function quoteCommand(words: readonly string[]): string {
  return words.map(quoteWord).join(" ");
}

/** In as few pieces as possible: each time the form that reaches furthest. */
function quoteWord(word: string): string {
  if (word === "") return "''";
  let written = "";
  for (let rest = word; rest !== "";) {
    const [best] = forms
      .map(({ takes, write }) => ({ text: takes.exec(rest)?.[0] ?? "", write }))
      .toSorted((one, other) => other.text.length - one.text.length);
    // A character that no form takes does not exist; this keeps the loop finite all the same.
    if (best === undefined || best.text === "") return written + rest;
    written += best.write(best.text);
    rest = rest.slice(best.text.length);
  }
  return written;
}
