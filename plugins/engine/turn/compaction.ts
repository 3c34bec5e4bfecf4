import type { ModelFailure, ModelRequest, ResponseItem, TaskOutcome } from "../../../core/index.ts";
import { mostQuoted, rebuildCompacted } from "../rollout/compacted.ts";
import { turnContext } from "../rollout/open.ts";
import { requestOf, type Answer } from "./answer.ts";
import { abort, complete, fail, guarded } from "./ending.ts";
import { environmentNews } from "./environment-block.ts";
import { withoutOldest } from "./history.ts";
import { withRetries } from "./retry.ts";
import type { TaskContext } from "./task.ts";

const defaultPrompt = `This conversation is about to be shortened. Write a short hand-over note for whoever goes on with the work, who will see this note and the user's messages but nothing else. Say what was asked for, what is done, what was found out (files, commands, decisions and their reasons), and what comes next. Write the note only, and call no tools.`;

const noSummary =
  "(No note could be written: the conversation did not fit into the model's context.)";

/** A task that only sums the conversation up. Never rejects. */
export function runCompaction(task: TaskContext): Promise<TaskOutcome> {
  return guarded(task, async () => {
    task.emit({ type: "task_started", model_context_window: task.session.contextWindow ?? null });
    const made = await compact(task);
    if (made.status === "aborted") return abort(task);
    return made.status === "failed" ? fail(task, made.failure.message) : complete(task, null);
  });
}

/**
 * The same between two requests of a task, under an id of its own. False when nothing came of it: a
 * task goes on without, as long as it can.
 */
export async function compactBetween(task: TaskContext, id?: string): Promise<boolean> {
  const aside = task.beside(id);
  const made = await compact(aside);
  if (made.status === "failed") aside.emit({ type: "error", message: made.failure.message });
  return made.status === "completed";
}

/** Whether the model has no room for another request like this one. */
export function isFull(task: TaskContext, answer: Answer): boolean {
  if (answer.status === "failed") return answer.failure.contextOverflow === true;
  if (answer.status === "aborted" || answer.contextTokens === undefined) return false;
  return answer.contextTokens >= limitOf(task);
}

/** For an answer that is full although the conversation was just compacted. */
export function stillFull(task: TaskContext, answer: Answer): string {
  if (answer.status === "failed") return answer.failure.message;
  const tokens = answer.status === "completed" ? answer.contextTokens : undefined;
  return `the conversation is still above the limit after it was compacted: ${tokens} of ${limitOf(task)} tokens`;
}

function limitOf({ session }: TaskContext): number {
  const { autoCompactLimit = Infinity } = session.model.traits;
  return autoCompactLimit > 0 ? autoCompactLimit : Infinity;
}

/** Bytes: a quarter of the window at four bytes a token, so that a small model has room to work. */
function roomForQuotes(task: TaskContext): number {
  return Math.min(mostQuoted, task.session.contextWindow ?? Infinity, limitOf(task));
}

type Summary =
  | { readonly status: "completed"; readonly text: string }
  | { readonly status: "failed"; readonly failure: ModelFailure }
  | { readonly status: "aborted" };

/** Puts a summary in the place of what was said and done. */
async function compact(task: TaskContext): Promise<Summary> {
  const { session } = task;
  const summary = await summarise(task);
  if (summary.status !== "completed") return summary;
  const rebuilt = rebuildCompacted(session.history.items, summary.text, roomForQuotes(task));
  const [opening, bridge] = [rebuilt.slice(0, -1), rebuilt.slice(-1)];
  const news = environmentNews(session, opening);
  session.history.replace([...opening, ...news, ...bridge], summary.text);
  task.emit({ type: "agent_message", message: "Compact task completed" });
  return summary;
}

/** Of a conversation that is too long even for this, only its later part is summed up. */
async function summarise(task: TaskContext): Promise<Summary> {
  let items: readonly ResponseItem[] | undefined = await task.session.history.forModel();
  while (items !== undefined) {
    const input = items;
    const summary = await withRetries(task, () => askForSummary(task, input));
    if (summary.status !== "failed" || summary.failure.contextOverflow !== true) return summary;
    items = withoutOldest(items);
  }
  return { status: "completed", text: noSummary };
}

async function askForSummary(task: TaskContext, items: readonly ResponseItem[]): Promise<Summary> {
  const { session, signal } = task;
  session.recorder.turnContext(turnContext(session));
  const texts: string[] = [];
  for await (const batch of session.model.stream(requestFor(task, items), signal)) {
    for (const event of batch) {
      if (signal.aborted) return { status: "aborted" };
      if (event.type === "failed") return { status: "failed", failure: event.failure };
      if (event.type === "item") texts.push(...textsOf(event.item));
      if (event.type === "started" && event.rateLimits !== null) {
        session.usage.limit(event.rateLimits);
        task.emit(session.usage.event(session.contextWindow));
      }
      if (event.type !== "completed") continue;
      if (event.usage !== null) session.usage.add(event.usage);
      task.emit(session.usage.event(session.contextWindow));
      const text = texts.join("\n\n").trim();
      return text === "" ? emptySummary : { status: "completed", text };
    }
  }
  return signal.aborted ? { status: "aborted" } : endedEarly;
}

function requestFor({ session }: TaskContext, items: readonly ResponseItem[]): ModelRequest {
  const text = session.origin.request.compactPrompt ?? defaultPrompt;
  const prompt: ResponseItem = {
    type: "message",
    role: "user",
    content: [{ type: "input_text", text }],
  };
  return { ...requestOf(session, [...items, prompt]), tools: [] };
}

function textsOf(item: ResponseItem): string[] {
  if (item.type !== "message" || item.role !== "assistant") return [];
  return item.content.flatMap((part) => (part.type === "output_text" ? [part.text] : []));
}

const emptySummary: Summary = {
  status: "failed",
  failure: { message: "the model gave no summary of the conversation", retryable: true },
};
const endedEarly: Summary = {
  status: "failed",
  failure: {
    message: "stream disconnected before completion: the summary ended without its closing event",
    retryable: true,
  },
};
