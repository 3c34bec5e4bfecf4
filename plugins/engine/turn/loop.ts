import { errorMessage } from "../../../core/index.ts";
import type { InputItem, TaskOutcome } from "../../../core/index.ts";
import { expectCommands } from "../exec/run.ts";
import { turnContext } from "../rollout/open.ts";
import { receiveAnswer, type Answer } from "./answer.ts";
import { environmentNews } from "./environment-block.ts";
import { takeInput } from "./input.ts";
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
  tellEnvironment(task);
  await takeInput(task.session, input);
  expectCommands();

  for (;;) {
    await takeInbox(task);
    const answer = await askModel(task);

    if (answer.status === "aborted") return abort(task);
    if (answer.status === "failed") return fail(task, answer.failure.message);
    if (!answer.calledTools && task.inbox.empty) return complete(task, answer.lastMessage);
  }
}

/** Before the person's words, so that the model reads them knowing where it is. */
function tellEnvironment({ session }: TaskContext): void {
  session.history.append(environmentNews(session, session.history.items));
}

/** What came in while the model was busy goes into its next request, each message once. */
async function takeInbox(task: TaskContext): Promise<void> {
  task.session.history.append(task.inbox.takePictures());
  for (const { items } of task.inbox.takeSaid()) await takeInput(task.session, items);
}

/** One request, repeated while it breaks off; the calls it asks for have run when this resolves. */
function askModel(task: TaskContext): Promise<Answer> {
  const { history, recorder } = task.session;
  return withRetries(task, async () => {
    recorder.turnContext(turnContext(task.session));
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

/** What the person said meanwhile stays in the inbox: it may fare better with a task of its own. */
function fail(task: TaskContext, message: string): TaskOutcome {
  task.session.history.append(task.inbox.takePictures());
  task.emit({ type: "error", message });
  task.emit({ type: "task_complete", last_agent_message: null });
  return { status: "failed", message };
}

/** Nothing goes on after an interrupt, but what the person said is there for the next task. */
async function abort(task: TaskContext): Promise<TaskOutcome> {
  await takeInbox(task);
  task.emit({ type: "turn_aborted", reason: "interrupted" });
  return { status: "aborted", reason: "interrupted" };
}
