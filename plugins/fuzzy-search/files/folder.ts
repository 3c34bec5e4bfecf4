import type { Segment } from "../index/segment.ts";
import type { Rules } from "./rules.ts";

/** Where the files of a folder are in an index: a part of a segment, which may still be in the making. */
export interface Range {
  readonly slot: { segment?: Segment };
  readonly from: number;
  readonly to: number;
}

/** A folder that was listed, or will be. */
export interface Folder {
  /** From the root, with a slash at its end; the root's own is empty. */
  readonly path: string;
  /** What holds for its entries; its own ignore files are added when it is listed. */
  rules: Rules;
  children: Folder[];
  files: Range | undefined;
  /** Milliseconds; `undefined` until somebody asked, NaN when it must be listed again. */
  changedAt: number | undefined;
  listed: boolean;
  /** It or a folder above it is no longer there. */
  gone: boolean;
}

export function newFolder(path: string, rules: Rules): Folder {
  return {
    path,
    rules,
    children: [],
    files: undefined,
    changedAt: undefined,
    listed: false,
    gone: false,
  };
}
