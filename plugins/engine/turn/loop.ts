import type { TaskOutcome } from "../../../core/index.ts";
import { expectCommands } from "../exec/run.ts";
import { turnContext } from "../rollout/open.ts";
import { receiveAnswer, type Answer } from "./answer.ts";
import { compactBetween, isFull, stillFull } from "./compaction.ts";
import { abort, complete, fail, guarded } from "./ending.ts";
import { environmentNews } from "./environment-block.ts";
import { takeInbox, takeInput } from "./input.ts";
import type { Words } from "./inbox.ts";
import { withRetries } from "./retry.ts";
import type { TaskContext } from "./task.ts";

/**
 * Works on one message until the model asks for nothing more. Never rejects: whatever goes wrong
 * becomes events, and the last one is `task_complete` or `turn_aborted`.
 */
export function runTask(task: TaskContext, words: Words): Promise<TaskOutcome> {
  return guarded(task, () => work(task, words));
}

async function work(task: TaskContext, words: Words): Promise<TaskOutcome> {
  if (words.items.length === 0) return complete(task, null);

  task.emit({ type: "task_started", model_context_window: task.session.contextWindow ?? null });
  tellEnvironment(task);
  await takeInput(task.session, words);
  expectCommands();

  for (let compacted = false; ;) {
    // Asked for twice, it would find nothing more to do.
    const [asked] = task.inbox.takeCompactions();
    if (asked !== undefined) await compactBetween(task, asked.id);
    await takeInbox(task);
    const answer = await askModel(task);

    if (answer.status === "aborted") return abort(task);
    const full = isFull(task, answer);
    if (full && compacted) return fail(task, stillFull(task, answer));
    compacted = full && (await compactBetween(task));
    if (task.signal.aborted) return abort(task);
    // Also after a last word: it was said by a model that has forgotten it now.
    if (compacted) continue;
    if (answer.status === "failed") return fail(task, answer.failure.message);
    if (!answer.calledTools && task.inbox.empty) return complete(task, answer.lastMessage);
  }
}

/** Before the person's words, so that the model reads them knowing where it is. */
function tellEnvironment({ session }: TaskContext): void {
  session.history.append(environmentNews(session, session.history.items));
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
