import type { TaskContext } from "../turn/task.ts";

/**
 * Why commands cannot be sandboxed here, with what would help; `undefined` when they can or need not
 * be. The first time in a conversation the person is told.
 */
export async function missingSandbox(task: TaskContext): Promise<string | undefined> {
  const { sandbox, settings, told } = task.session;
  if (settings.sandboxPolicy.mode === "danger-full-access") return undefined;
  const probe = await sandbox.probe();
  if (probe.available) return undefined;
  const cause = probe.problem ?? "none was found";
  const message = `no sandbox is available: ${cause}${probe.help === undefined ? "" : ` (${probe.help})`}`;
  if (!told.has(message)) {
    told.add(message);
    task.emit({ type: "background_event", message });
  }
  return message;
}
