// What `JSON.parse` does not tell about a text that it took. Loops only: the depth of a text is for
// its sender to choose, and recursion would end where the stack does.

/**
 * True when a key, given with its quotes, names two members of the outermost object. `JSON.parse`
 * keeps the last of them silently. Costs two searches unless the key occurs twice.
 */
export function hasKeyTwice(text: string, key: string): boolean {
  const first = text.indexOf(key);
  if (first === -1 || text.indexOf(key, first + key.length) === -1) return false;
  return valuesOf(text, key).length > 1;
}

/** The integer that a key of the outermost object has, however large. */
export function integerOf(text: string, key: string): bigint | undefined {
  const start = valuesOf(text, key).at(-1);
  if (start === undefined) return undefined;
  const integer = /\s*(-?\d+)\s*[,}]/y;
  integer.lastIndex = start;
  const digits = integer.exec(text)?.[1];
  return digits === undefined ? undefined : BigInt(digits);
}

/** The text or integer that a key of the outermost object has, as it is written; also in a part. */
export function scalarOf(text: string, key: string): string | undefined {
  const start = valuesOf(text, key).at(-1);
  if (start === undefined) return undefined;
  const scalar = /\s*("(?:[^"\\]|\\.)*"|-?\d+)\s*[,}]/y;
  scalar.lastIndex = start;
  return scalar.exec(text)?.[1];
}

/** The texts of the elements of an array. */
export function elementsOf(text: string): string[] {
  const elements: string[] = [];
  let start = text.indexOf("[") + 1;
  walk(text, (at, depth) => {
    const isEnd = (text[at] === "," && depth === 1) || (text[at] === "]" && depth === 0);
    if (!isEnd) return;
    elements.push(text.slice(start, at));
    start = at + 1;
  });
  return elements;
}

/** Where the values of a key of the outermost object start: behind its colons. */
function valuesOf(text: string, key: string): number[] {
  const starts: number[] = [];
  walk(text, (at, depth) => {
    if (depth !== 1 || text[at] !== '"' || !text.startsWith(key, at)) return;
    let end = at + key.length;
    while (" \t\r\n".includes(text[end] ?? "x")) end += 1;
    if (text[end] === ":") starts.push(end + 1);
  });
  return starts;
}

/** Visits every character outside strings, and their opening quotes, with the depth behind it. */
function walk(text: string, visit: (at: number, depth: number) => void): void {
  let depth = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === "{" || character === "[") depth += 1;
    else if (character === "}" || character === "]") depth -= 1;
    visit(at, depth);
    if (character === '"') at = endOfString(text, at) - 1;
  }
}

/** The index after the closing quote of the string that opens at `start`. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === '"') return at + 1;
  }
  return text.length;
}
