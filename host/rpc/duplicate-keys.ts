/**
 * True when a key, given with its quotes, names two members of the outermost object of a JSON text.
 * `JSON.parse` keeps the last of them silently. Costs two searches unless the key occurs twice.
 */
export function hasKeyTwice(text: string, key: string): boolean {
  const first = text.indexOf(key);
  if (first === -1 || text.indexOf(key, first + key.length) === -1) return false;
  return countKey(text, key) > 1;
}

function countKey(text: string, key: string): number {
  let depth = 0;
  let count = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === "{" || character === "[") depth += 1;
    else if (character === "}" || character === "]") depth -= 1;
    else if (character === '"') {
      const end = endOfString(text, at);
      if (depth === 1 && text.slice(at, end) === key && isKey(text, end)) count += 1;
      at = end - 1;
    }
  }
  return count;
}

/** The index after the closing quote of the string that opens at `start`. */
function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === "\\") at += 1;
    else if (text[at] === '"') return at + 1;
  }
  return text.length;
}

function isKey(text: string, end: number): boolean {
  let at = end;
  while (" \t\r\n".includes(text[at] ?? "x")) at += 1;
  return text[at] === ":";
}
