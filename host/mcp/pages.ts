import { InvalidParams, RpcError } from "../../core/errors.ts";
import type { Params } from "../rpc/envelope.ts";
import { shown } from "./shown.ts";

const defaultPageSize = 100;

export interface Page<T> {
  readonly entries: T[];
  /** Goes into the result as it is; empty on the last page. */
  readonly rest: { nextCursor?: string };
}

/** The page a list request asks for. Cursors are opaque to clients and hold an index. */
export function page<T>(all: readonly T[], params: Params, size = defaultPageSize): Page<T> {
  const cursor = params?.["cursor"] ?? undefined;
  const start = cursor === undefined ? 0 : readCursor(cursor, all.length);
  const end = start + size;
  return {
    entries: all.slice(start, end),
    rest: end < all.length ? { nextCursor: writeCursor(end) } : {},
  };
}

function writeCursor(index: number): string {
  return Buffer.from(`from ${index}`).toString("base64url");
}

function readCursor(cursor: unknown, length: number): number {
  const text = typeof cursor === "string" ? Buffer.from(cursor, "base64url").toString() : "";
  const index = Number(/^from (\d+)$/.exec(text)?.[1]);
  if (Number.isSafeInteger(index) && index < length && cursor === writeCursor(index)) return index;
  throw new RpcError(InvalidParams, `unknown cursor: ${shown(cursor)}`);
}
