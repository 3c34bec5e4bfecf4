import { errorMessage } from "../../../core/index.ts";
import type { InputItem, TaskOutcome } from "../../../core/index.ts";
import { expectCommands } from "../exec/run.ts";
import { receiveAnswer, type Answer } from "./answer.ts";
import { userEvent, userMessage } from "./input.ts";
import { withRetries } from "./retry.ts";
import type { TaskContext } from "./task.ts";

/**
 * Works on one message until the model asks for nothing more. Never rejects: whatever goes wrong
 * becomes events, and the last one is `task_complete` or `turn_aborted`.
 */
export async function runTask(
  task: TaskContext,
  input: readonly InputItem[],
): Promise<TaskOutcome> {
  try {
    return await work(task, input);
  } catch (error) {
    if (task.signal.aborted) return abort(task);
    task.session.log.error("a task broke off", { conversation: task.session.id, error });
    return fail(task, `internal error: ${errorMessage(error)}`);
  }
}

async function work(task: TaskContext, input: readonly InputItem[]): Promise<TaskOutcome> {
  if (input.length === 0) return complete(task, null);

  task.emit({ type: "task_started", model_context_window: task.session.contextWindow ?? null });
  await takeInput(task, input);
  expectCommands();

  for (;;) {
    takeInbox(task);
    const answer = await askModel(task);

    if (answer.status === "aborted") return abort(task);
    if (answer.status === "failed") return fail(task, answer.failure.message);
    if (!answer.calledTools && task.inbox.length === 0) return complete(task, answer.lastMessage);
  }
}

/** The person's own words enter the history once, before anything that answers them. */
async function takeInput(task: TaskContext, input: readonly InputItem[]): Promise<void> {
  const { history, recorder } = task.session;
  const message = await userMessage(input, task.session.cwd);
  history.append([message]);
  recorder.event(userEvent(input));
}

/** What came in while the model was busy goes into its next request, each message once. */
function takeInbox(task: TaskContext): void {
  task.session.history.append(task.inbox.splice(0));
}

/** One request, repeated while it breaks off; the calls it asks for have run when this resolves. */
function askModel(task: TaskContext): Promise<Answer> {
  const { history, recorder } = task.session;
  return withRetries(task, async () => {
    recorder.turnContext();
    try {
      return await receiveAnswer(task);
    } finally {
      history.dropDrafts();
    }
  });
}

function complete(task: TaskContext, lastAgentMessage: string | null): TaskOutcome {
  task.emit({ type: "task_complete", last_agent_message: lastAgentMessage });
  return { status: "completed", lastAgentMessage };
}

function fail(task: TaskContext, message: string): TaskOutcome {
  task.emit({ type: "error", message });
  task.emit({ type: "task_complete", last_agent_message: null });
  return { status: "failed", message };
}

function abort(task: TaskContext): TaskOutcome {
  task.emit({ type: "turn_aborted", reason: "interrupted" });
  return { status: "aborted", reason: "interrupted" };
}
