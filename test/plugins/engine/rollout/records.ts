import { mkdirSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { JsonObject } from "../../../../core/index.ts";
import { rolloutPath } from "../../../../plugins/engine/rollout/path.ts";

/** The n-th of some ids that sort as they count. */
export function uuid(n: number): string {
  return `0199ab00-0000-7000-8000-${String(n).padStart(12, "0")}`;
}

export function line(type: string, payload: object | null): string {
  return `${JSON.stringify({ timestamp: "2025-10-01T10:00:00.000Z", type, payload })}\n`;
}

export function meta(id: string, more: JsonObject = {}): string {
  const payload = { id, timestamp: "2025-10-01T10:00:00.000Z", cwd: "/", originator: "x" };
  return line("session_meta", { ...payload, cli_version: "1", instructions: null, ...more });
}

export function said(role: string, text: string): string {
  const type = role === "assistant" ? "output_text" : "input_text";
  return line("response_item", { type: "message", role, content: [{ type, text }] });
}

export function userEvent(message: string, kind = "plain"): string {
  return line("event_msg", { type: "user_message", message, kind });
}

/** Writes the record of a conversation that began at `at`; its path. */
export function record(home: string, id: string, options: { at: Date; content: string }): string {
  const path = rolloutPath(home, id, options.at);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, options.content);
  return path;
}
