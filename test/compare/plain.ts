import type { TempHome } from "../helpers/temp-home.ts";

/** A value without what differs from run to run: folders, ids, times, versions. */
export function plain(value: unknown, home: TempHome): unknown {
  const text = JSON.stringify(value ?? null)
    .replaceAll(home.home, "<home>")
    .replaceAll(home.workspace, "<work>")
    .replaceAll(home.root, "<root>")
    .replaceAll(/127\.0\.0\.1:\d+/g, "<model>")
    .replaceAll(/sessions\/\d{4}\/\d\d\/\d\d\//g, "sessions/<day>/")
    .replaceAll(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "<uuid>")
    .replaceAll(/\d{4}-\d\d-\d\dT\d\d[:-]\d\d[:-]\d\d(\.\d+)?Z?/g, "<time>")
    .replaceAll(/\b[0-9a-f]{40}\b/g, "<sha>")
    .replaceAll(/"duration":\{[^}]*\}/g, '"duration":"<duration>"')
    .replaceAll(/(codex_cli_rs|portico)\/[^ ]+ \([^)]*\) [^ "]+/g, "<agent>");
  return JSON.parse(text) as unknown;
}

/** One place where two values differ. */
export interface Difference {
  /** `step.member[0].member`. */
  readonly at: string;
  readonly ours: unknown;
  readonly theirs: unknown;
}

/** Where two values differ, as deep down as possible. */
export function differences(at: string, ours: unknown, theirs: unknown): Difference[] {
  if (JSON.stringify(ours) === JSON.stringify(theirs)) return [];
  if (!isTree(ours) || !isTree(theirs) || Array.isArray(ours) !== Array.isArray(theirs)) {
    return [{ at, ours, theirs }];
  }
  const keys = new Set([...Object.keys(ours), ...Object.keys(theirs)]);
  return [...keys].flatMap((key) => {
    const name = Array.isArray(ours) ? `${at}[${key}]` : `${at}.${key}`;
    return differences(name, ours[key], theirs[key]);
  });
}

function isTree(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
