/** A text that is not JSON; the line and column, from 1, tell where. */
export class JsonSyntaxError extends Error {
  readonly line: number;
  readonly column: number;

  constructor(text: string, offset: number, options?: ErrorOptions) {
    super(offset >= text.length ? "unexpected end" : `unexpected ${shown(text, offset)}`, options);
    const before = text.slice(0, offset).split("\n");
    this.name = "JsonSyntaxError";
    this.line = before.length;
    this.column = (before.at(-1) ?? "").length + 1;
  }
}

/** `JSON.parse` whose error knows the place, which the engine's own error often does not. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new JsonSyntaxError(text, firstFault(text), { cause: error });
  }
}

function shown(text: string, offset: number): string {
  return JSON.stringify(String.fromCodePoint(text.codePointAt(offset) ?? 0));
}

/** One token, or the longest beginning of one, after white space. */
const token =
  /[ \t\r\n]*(?:([{}[\],:])|("(?:[^"\\\p{Cc}]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*")|(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])|true(?!\w)|false(?!\w)|null(?!\w)))/uy;
const white = /[ \t\r\n]*/y;

type Expected = "value" | "value or ]" | "key" | "key or }" | ":" | ", or end" | "end";

/** Where the first token stands that no JSON text could have there. */
function firstFault(text: string): number {
  const open: ("{" | "[")[] = [];
  let expected: Expected = "value";
  let offset = 0;
  for (;;) {
    token.lastIndex = offset;
    const found = token.exec(text);
    const start = afterWhite(text, offset);
    if (found === null) return start;
    const next = step(expected, found, open);
    if (next === undefined) return start;
    expected = next;
    offset = token.lastIndex;
  }
}

function afterWhite(text: string, offset: number): number {
  white.lastIndex = offset;
  white.exec(text);
  return white.lastIndex;
}

/** What may follow this token, or undefined when it may not stand here; keeps what is open. */
function step(
  expected: Expected,
  [, mark, string]: RegExpExecArray,
  open: ("{" | "[")[],
): Expected | undefined {
  const isValue = expected === "value" || expected === "value or ]";
  const after = () => (open.length === 0 ? "end" : ", or end");
  if (mark === undefined) {
    if (expected === "key" || expected === "key or }")
      return string === undefined ? undefined : ":";
    return isValue ? after() : undefined;
  }
  if (mark === "{" || mark === "[") {
    if (!isValue) return undefined;
    open.push(mark);
    return mark === "{" ? "key or }" : "value or ]";
  }
  if (mark === ":") return expected === ":" ? "value" : undefined;
  const inside = open.at(-1);
  if (mark === ",") {
    if (expected !== ", or end") return undefined;
    return inside === "{" ? "key" : "value";
  }
  const closes = mark === "}" ? "{" : "[";
  const empty = mark === "}" ? "key or }" : "value or ]";
  if (inside !== closes || (expected !== ", or end" && expected !== empty)) return undefined;
  open.pop();
  return after();
}
