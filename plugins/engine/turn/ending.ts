import { errorMessage } from "../../../core/index.ts";
import type { TaskOutcome } from "../../../core/index.ts";
import { takeInbox } from "./input.ts";
import type { TaskContext } from "./task.ts";

/** Work that never rejects: a bug ends its task, and nothing else. */
export async function guarded(
  task: TaskContext,
  work: () => Promise<TaskOutcome>,
): Promise<TaskOutcome> {
  try {
    return await work();
  } catch (error) {
    if (task.signal.aborted) return abort(task);
    task.session.log.error("a task broke off", { conversation: task.session.id, error });
    return fail(task, `internal error: ${errorMessage(error)}`);
  }
}

export function complete(task: TaskContext, lastAgentMessage: string | null): TaskOutcome {
  task.emit({ type: "task_complete", last_agent_message: lastAgentMessage });
  return { status: "completed", lastAgentMessage };
}

/** What the person said meanwhile stays in the inbox: it may fare better with a task of its own. */
export function fail(task: TaskContext, message: string): TaskOutcome {
  task.session.history.append(task.inbox.takePictures());
  task.emit({ type: "error", message });
  task.emit({ type: "task_complete", last_agent_message: null });
  return { status: "failed", message };
}

/** Nothing goes on after an interrupt, but what the person said is there for the next task. */
export async function abort(task: TaskContext): Promise<TaskOutcome> {
  task.inbox.takeCompactions();
  await takeInbox(task);
  task.emit({ type: "turn_aborted", reason: "interrupted" });
  return { status: "aborted", reason: "interrupted" };
}
