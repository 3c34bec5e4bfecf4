import type { TaskContext } from "../turn/task.ts";

/**
 * Why commands cannot be sandboxed here, with what would help; `undefined` when they can or need not
 * be. The first time in a conversation the person is told, also of a sandbox that is a weaker one.
 */
export async function missingSandbox(task: TaskContext): Promise<string | undefined> {
  const { sandbox, settings, told } = task.session;
  if (settings.sandboxPolicy.mode === "danger-full-access") return undefined;
  const probe = await sandbox.probe();
  const help = probe.help === undefined ? "" : ` (${probe.help})`;
  const message = probe.available
    ? probe.weaker && `${probe.weaker}${help}`
    : `no sandbox is available: ${probe.problem ?? "none was found"}${help}`;
  if (message === undefined) return undefined;
  if (!told.has(message)) {
    told.add(message);
    task.emit({ type: "background_event", message });
  }
  return probe.available ? undefined : message;
}
