import { statSync } from "node:fs";

/** When it was changed, in milliseconds; NaN when there is nothing. */
export function timeOf(path: string): number {
  try {
    return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Number.NaN;
  } catch {
    return Number.NaN;
  }
}

/** Of two such times. */
export function isSameTime(one: number, other: number): boolean {
  return one === other || (Number.isNaN(one) && Number.isNaN(other));
}
