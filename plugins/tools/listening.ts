import { isJsonObject } from "../../core/index.ts";
import type { Peer } from "../../core/index.ts";

export type EventsOption = "auto" | "on" | "off";

// Clients that log a validation error for every notification they do not know. "mcp" is the name
// that the Python SDK sends when its user gives none.
const strictClients = new Set(["mcp"]);

/** Whether this client gets `codex/event` notifications. */
export function wantsEvents(peer: Peer, option: EventsOption): boolean {
  if (option === "off") return false;
  const wish = peer.capabilities.experimental?.["portico/events"];
  if (isJsonObject(wish) && typeof wish["enabled"] === "boolean") return wish["enabled"];
  return option === "on" || !strictClients.has(peer.name);
}
