import { join } from "node:path";

/** Where the record of a conversation lies; folders and name carry the local time of its start. */
export function rolloutPath(home: string, id: string, at: Date): string {
  const [year, month, day] = [String(at.getFullYear()), pad(at.getMonth() + 1), pad(at.getDate())];
  const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map(pad).join("-");
  const name = `rollout-${year}-${month}-${day}T${time}-${id}.jsonl`;
  return join(home, "sessions", year, month, day, name);
}

function pad(number: number): string {
  return String(number).padStart(2, "0");
}
