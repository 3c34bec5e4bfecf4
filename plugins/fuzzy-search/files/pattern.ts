/** One line of an ignore file (gitignore(5)). Paths and patterns are bytes, one a character. */
export interface Pattern {
  /** Brings back what an earlier line left out. */
  readonly negated: boolean;
  readonly folderOnly: boolean;
  /** Compared with the last part of a path; otherwise with the path from the file's folder. */
  readonly byName: boolean;
  readonly matches: (text: string) => boolean;
}

/** The pattern of a line; `undefined` for one that can never match. */
export function parsePattern(line: string, ignoreCase: boolean): Pattern | undefined {
  let text = withoutTrailingSpaces(line);
  if (text === "" || text.startsWith("#")) return undefined;
  const negated = text.startsWith("!");
  if (negated) text = text.slice(1);
  const folderOnly = text.endsWith("/");
  if (folderOnly) text = text.slice(0, -1);
  const byName = !text.includes("/");
  if (text.startsWith("/")) text = text.slice(1);
  if (text === "") return undefined;
  const matches = matcher(text, byName, ignoreCase);
  return matches === undefined ? undefined : { negated, folderOnly, byName, matches };
}

/** A backslash keeps the space behind it. */
function withoutTrailingSpaces(line: string): string {
  let end = line.length;
  while (end > 0 && line[end - 1] === " ") {
    let slashes = 0;
    while (line[end - 2 - slashes] === "\\") slashes += 1;
    if (slashes % 2 === 1) break;
    end -= 1;
  }
  return line.slice(0, end);
}

function matcher(
  text: string,
  byName: boolean,
  ignoreCase: boolean,
): Pattern["matches"] | undefined {
  if (!ignoreCase && !/[\\*?[]/.test(text)) return (path) => path === text;
  // The most usual one, `*.log`, and much faster than its expression.
  if (!ignoreCase && byName && /^\*[^\\*?[]+$/.test(text)) {
    const end = text.slice(1);
    return (name) => name.endsWith(end);
  }
  const plainLength = byName ? 0 : text.search(/[\\*?[]/);
  const source = expression(text, plainLength, ignoreCase);
  if (source === undefined) return undefined;
  const regexp = new RegExp(`^(?:${source})$`);
  return ignoreCase ? (path) => regexp.test(folded(path)) : (path) => regexp.test(path);
}

/** Bytes that are no ASCII stay: the flag of an expression would fold halves of other letters. */
function folded(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/**
 * The glob as the source of a regular expression; `undefined` when it is broken: it matches nothing.
 * Git compares what is before the first wildcard on its own: two stars there count as at the start.
 * Without case it compares with text in lower case, and then an escaped capital matches nothing.
 */
function expression(glob: string, plainLength: number, fold: boolean): string | undefined {
  let source = "";
  let at = 0;
  while (at < glob.length) {
    const char = glob[at] ?? "";
    if (char === "*") {
      const stars = /^\*+/.exec(glob.slice(at))?.[0].length ?? 1;
      const afterSlash = at === 0 || at === plainLength || glob[at - 1] === "/";
      const next = glob[at + stars];
      if (stars > 1 && afterSlash && next === "/") {
        source += "(?:[^]*/)?";
        at += stars + 1;
      } else {
        source += stars > 1 && afterSlash && next === undefined ? "[^]*" : "[^/]*";
        at += stars;
      }
    } else if (char === "?") {
      source += "[^/]";
      at += 1;
    } else if (char === "[") {
      const found = characterClass(glob, at, fold);
      if (found === undefined) return undefined;
      source += found.source;
      at = found.end;
    } else {
      const isEscaped = char === "\\";
      if (isEscaped) at += 1;
      const given = glob[at];
      if (given === undefined) return undefined;
      const literal = fold && !isEscaped ? folded(given) : given;
      source += literal.replace(/[\\^$.*+?()[\]{}|/]/, "\\$&");
      at += 1;
    }
  }
  return source;
}

const named: Readonly<Record<string, string>> = {
  alnum: "a-zA-Z0-9",
  alpha: "a-zA-Z",
  blank: " \\t",
  cntrl: "\\x00-\\x1f\\x7f",
  digit: "0-9",
  graph: "\\x21-\\x7e",
  lower: "a-z",
  print: "\\x20-\\x7e",
  punct: "\\x21-\\x2f\\x3a-\\x40\\x5b-\\x60\\x7b-\\x7e",
  space: " \\t-\\r",
  upper: "A-Z",
  xdigit: "0-9a-fA-F",
};

/**
 * A class in brackets, which never stands for a slash. Git folds the case of its ranges and of
 * `[:upper:]`, and not that of single members.
 */
function characterClass(
  glob: string,
  from: number,
  fold: boolean,
): { source: string; end: number } | undefined {
  let at = from + 1;
  const negated = glob[at] === "!" || glob[at] === "^";
  if (negated) at += 1;
  let members = "";
  for (let first = true; first || glob[at] !== "]"; first = false) {
    if (at >= glob.length) return undefined;
    const name = /^\[:([a-z]*):\]/.exec(glob.slice(at));
    if (name !== null) {
      const known = named[name[1] ?? ""];
      if (known === undefined) return undefined;
      members += fold && name[1] === "upper" ? named["alpha"] : known;
      at += name[0].length;
      continue;
    }
    const low = oneOf(glob, at);
    if (low === undefined) return undefined;
    at = low.end;
    const isRange = glob[at] === "-" && at + 1 < glob.length && glob[at + 1] !== "]";
    const high = isRange ? oneOf(glob, at + 1) : low;
    if (high === undefined) return undefined;
    at = high.end;
    // Of a range that runs backwards git takes its first member alone.
    members += `${escaped(low.code)}-${escaped(Math.max(low.code, high.code))}`;
    if (fold && isRange) members += lowerOf(low.code, high.code);
  }
  const source = negated ? `[^${members}]` : `[${members}]`;
  return { source: `(?!/)${source}`, end: at + 1 };
}

/** The small letters of the capitals in a range. */
function lowerOf(low: number, high: number): string {
  const from = Math.max(low, 65);
  const to = Math.min(high, 90);
  return from > to ? "" : `${escaped(from + 32)}-${escaped(to + 32)}`;
}

function oneOf(glob: string, at: number): { code: number; end: number } | undefined {
  const escapes = glob[at] === "\\" ? 1 : 0;
  const code = glob.charCodeAt(at + escapes);
  return Number.isNaN(code) ? undefined : { code, end: at + escapes + 1 };
}

function escaped(code: number): string {
  return `\\x${code.toString(16).padStart(2, "0")}`;
}
