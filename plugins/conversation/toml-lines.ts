/** Keys to set, or to remove where the value is absent. */
export type Keys = Readonly<Record<string, string | undefined>>;

/**
 * Sets and removes string keys of the root, or of the table at `path`, line by line, so that
 * everything else stays as it is written. `undefined` when a line is not of the plain kind; what it
 * gives must be parsed and compared, as a line may only look like one.
 */
export function editLines(text: string, path: readonly string[], keys: Keys): string | undefined {
  const lines = text.match(/[^\n]*\n|[^\n]+/g) ?? [];
  const end = text.includes("\r\n") ? "\r\n" : "\n";
  for (const [key, value] of Object.entries(keys)) {
    const section = sectionOf(lines, path);
    const at = lines.findIndex(
      (line, i) => i >= section.from && i < section.to && isKey(line, key),
    );
    if (value === undefined) {
      if (at !== -1) lines.splice(at, 1);
    } else if (at !== -1) {
      const replaced = replaceValue(lines[at] ?? "", value);
      if (replaced === undefined) return undefined;
      lines[at] = replaced;
    } else insert(lines, section, { path, line: `${key} = ${JSON.stringify(value)}${end}`, end });
  }
  return lines.join("");
}

interface Section {
  readonly from: number;
  readonly to: number;
  readonly exists: boolean;
}

/** The lines between a table's header and the next one; for the root, those before the first. */
function sectionOf(lines: readonly string[], path: readonly string[]): Section {
  const isHeader = (line: string) => /^\s*\[/.test(line);
  const headers = [path.map(quotedKey).join("."), path.map((key) => JSON.stringify(key)).join(".")];
  const own = lines.findIndex((line) => {
    const name = /^\s*\[\s*([^[\]]+?)\s*\]\s*(#.*)?$/.exec(line.trimEnd())?.[1];
    return name !== undefined && headers.includes(name);
  });
  const from = path.length === 0 ? 0 : own + 1;
  const next = lines.findIndex((line, index) => index >= from && isHeader(line));
  return { from, to: next === -1 ? lines.length : next, exists: path.length === 0 || own !== -1 };
}

function insert(
  lines: string[],
  { from, to, exists }: Section,
  { path, line, end }: { path: readonly string[]; line: string; end: string },
): void {
  const last = lines.length - 1;
  if (last >= 0 && !(lines[last] ?? "").endsWith("\n")) lines[last] += end;
  if (!exists) {
    const gap = lines.length === 0 ? [] : [end];
    lines.push(...gap, `[${path.map(quotedKey).join(".")}]${end}`, line);
    return;
  }
  const lastKey = lines.findLastIndex((each, i) => i >= from && i < to && /^[^#=]*=/.test(each));
  const isFirst = lastKey === -1 && from === 0;
  lines.splice(
    lastKey === -1 ? from : lastKey + 1,
    0,
    line,
    ...(isFirst && lines.length > 0 ? [end] : []),
  );
}

function isKey(line: string, key: string): boolean {
  return new RegExp(`^\\s*(?:${key}|"${key}"|'${key}')\\s*=`).test(line);
}

/** The comment behind the value stays; `undefined` for a value that is no string on one line. */
function replaceValue(line: string, value: string): string | undefined {
  const plain = /^([^=]*=\s*)(?:"(?:[^"\\\n]|\\.)*"|'[^'\n]*')(\s*(?:#.*)?\r?\n?)$/.exec(line);
  return plain === null ? undefined : `${plain[1]}${JSON.stringify(value)}${plain[2]}`;
}

function quotedKey(key: string): string {
  return /^[A-Za-z0-9_-]+$/.test(key) ? key : JSON.stringify(key);
}
