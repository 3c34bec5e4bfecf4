import { spawn } from "node:child_process";
import type { InputItem } from "../../core/index.ts";
import type { Session } from "./turn/task.ts";

/** Starts the configured program with one more argument that says what was done, and forgets it. */
export function notifyCompleted(
  { cwd, env, log, settings }: Session,
  input: readonly InputItem[],
  turn: { readonly turnId: string; readonly lastAgentMessage: string | null },
): void {
  const [program, ...args] = settings.notify ?? [];
  if (program === undefined) return;
  const news = JSON.stringify({
    type: "agent-turn-complete",
    "turn-id": turn.turnId,
    "input-messages": input.flatMap((item) => (item.type === "text" ? [item.text] : [])),
    "last-assistant-message": turn.lastAgentMessage,
  });
  try {
    // Of its own group, so that it outlives us and hears no Ctrl-C.
    const child = spawn(program, [...args, news], { cwd, env, detached: true, stdio: "ignore" });
    child.on("error", (error) => log.warn(`notify: ${JSON.stringify(program)} failed`, { error }));
    child.unref();
  } catch (error) {
    // A null byte in the answer, for one: refused before anything starts.
    log.warn(`notify: ${JSON.stringify(program)} cannot be started`, { error });
  }
}
