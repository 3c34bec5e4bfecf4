import { isJsonObject } from "../../core/index.ts";
import { clean } from "./clean.ts";

const levels = new Map([
  [10, "trace"],
  [20, "debug"],
  [30, "info"],
  [40, "warning"],
  [50, "error"],
]);

/** A line of the server's log in words; anything else as it is. */
export function readable(line: string): string {
  const logged = parsed(line);
  const { level, plugin, msg } = logged;
  if (typeof level !== "number" || typeof msg !== "string") return clean(line);
  const owner = typeof plugin === "string" ? ` (${plugin})` : "";
  return clean(`${levels.get(level) ?? "log"}${owner}: ${msg}`);
}

/** True for what the tools log for clients that see no events: here the event itself was shown. */
export function isShownAsEvent(line: string): boolean {
  return parsed(line)["plugin"] === "tools";
}

function parsed(line: string) {
  try {
    const value: unknown = JSON.parse(line);
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
}
