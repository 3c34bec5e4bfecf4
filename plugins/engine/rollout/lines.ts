import { isJsonObject } from "../../../core/index.ts";
import type { JsonObject } from "../../../core/index.ts";

/** One line of a record. */
export interface Line {
  readonly type: string;
  readonly payload: JsonObject | null;
}

/** The text of one line, with its time and its end. */
export function formatLine(type: string, payload: object | null): string {
  return `${JSON.stringify({ timestamp: new Date().toISOString(), type, payload })}\n`;
}

/** `undefined` when this is not a line of a record. */
export function parseLine(text: string): Line | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!isJsonObject(value)) return undefined;
  const { type, payload = null } = value;
  if (typeof type !== "string" || (payload !== null && !isJsonObject(payload))) return undefined;
  return { type, payload };
}

/** A line's text and where it stands. */
export interface Placed {
  readonly text: string;
  /** Of its first byte. */
  readonly offset: number;
}

/** The lines in some bytes, without their ends; also the last one, if something stands there. */
export function* splitLines(bytes: Buffer): Generator<Placed> {
  let from = 0;
  while (from < bytes.length) {
    const end = bytes.indexOf(10, from);
    const to = end === -1 ? bytes.length : end;
    if (to > from) {
      yield { text: bytes.toString("utf8", from, to), offset: from };
    }
    from = to + 1;
  }
}
