import { join } from "node:path";

/** Where the record of a conversation lies; folders and name carry the local time of its start. */
export function rolloutPath(home: string, id: string, at: Date): string {
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map(pad).join("-");
  const [year, month, day] = dayOf(at);
  return join(
    sessionsFolder(home),
    year,
    month,
    day,
    `rollout-${year}-${month}-${day}T${time}-${id}.jsonl`,
  );
}

/** Year, month and day of the local time, as the folders are named. */
export function dayOf(at: Date): [year: string, month: string, day: string] {
  return [String(at.getFullYear()), pad(at.getMonth() + 1), pad(at.getDate())];
}

export function sessionsFolder(home: string): string {
  return join(home, "sessions");
}

/** The lock of a conversation; by id, because a record may lie anywhere. */
export function lockPath(home: string, id: string): string {
  return join(sessionsFolder(home), ".locks", id);
}

/** What the name of a record says. */
export interface RolloutName {
  /** Local time of the start, as `YYYY-MM-DDThh-mm-ss`. */
  readonly time: string;
  readonly id: string;
}

const time = String.raw`\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d`;
const uuid = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}";
const namePattern = new RegExp(`^rollout-(${time})-(${uuid})\\.jsonl$`);
const cursorPattern = new RegExp(`^(${time})\\|(${uuid})$`);
const idPattern = new RegExp(`^${uuid}$`);

export function parseName(name: string): RolloutName | undefined {
  return fromMatch(namePattern.exec(name));
}

export function parseCursor(cursor: string): RolloutName | undefined {
  return fromMatch(cursorPattern.exec(cursor));
}

export function isId(text: unknown): text is string {
  return typeof text === "string" && idPattern.test(text);
}

function fromMatch(match: RegExpExecArray | null): RolloutName | undefined {
  const [, at, id] = match ?? [];
  return at === undefined || id === undefined ? undefined : { time: at, id };
}

function pad(number: number): string {
  return String(number).padStart(2, "0");
}
