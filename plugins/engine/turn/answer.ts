import type {
  ModelEvent,
  ModelFailure,
  ModelRequest,
  ResponseItem,
  TokenUsage,
} from "../../../core/index.ts";
import { runCall } from "./dispatch.ts";
import { isCall, outputFor } from "./history.ts";
import { showItem } from "./show.ts";
import type { TaskContext } from "./task.ts";
import { unlessAborted } from "./wait.ts";

/** How one request to the model ended. */
export type Answer =
  | {
      readonly status: "completed";
      readonly calledTools: boolean;
      readonly lastMessage: string | null;
    }
  | { readonly status: "failed"; readonly failure: ModelFailure }
  | { readonly status: "aborted" };

/**
 * Sends the history to the model and takes its answer in, in order of arrival: text is shown, calls
 * are run while the stream waits. The items enter the history when the answer is complete. Of an
 * answer that breaks off, only what led up to its finished calls is kept, so that the next attempt
 * knows their outputs instead of running them again; of an aborted one, nothing.
 */
export async function receiveAnswer(task: TaskContext): Promise<Answer> {
  const { history, model } = task.session;
  const received = new Received();
  for await (const batch of model.stream(requestOf(task), task.signal)) {
    for (const event of batch) {
      if (task.signal.aborted) return { status: "aborted" };
      if (event.type === "item") {
        await takeItem(task, received, event.item);
      } else if (event.type === "completed") {
        await concludeAnswer(task, received, event.usage);
        return task.signal.aborted ? { status: "aborted" } : received.answer();
      } else if (event.type === "failed") {
        history.append(received.finished());
        return { status: "failed", failure: event.failure };
      } else {
        showProgress(task, event);
      }
    }
    const room = task.ready();
    if (room !== undefined) await unlessAborted(room, task.signal);
  }
  if (task.signal.aborted) return { status: "aborted" };
  history.append(received.finished());
  return { status: "failed", failure: endedEarly };
}

function requestOf({ session }: TaskContext): ModelRequest {
  const { settings } = session;
  return {
    instructions: session.instructions,
    input: session.history.forModel(),
    tools: session.tools,
    parallelToolCalls: false,
    effort: settings.effort,
    summary: settings.summary,
    verbosity: settings.verbosity,
    outputSchema: undefined,
  };
}

/** Nobody reads the stream while a call runs: the network waits, and items keep their order. */
async function takeItem(task: TaskContext, received: Received, item: ResponseItem): Promise<void> {
  const { history } = task.session;
  history.draft(item);
  showItem(task, item);
  received.add(item);
  if (!isCall(item)) return;
  const output = outputFor(item, await runCall(task, item));
  history.draft(output);
  received.finish(output);
}

type ProgressEvent = Exclude<ModelEvent, { type: "item" | "completed" | "failed" }>;

// The hot path: a delta costs one object and one synchronous dispatch, never an await.
function showProgress(task: TaskContext, event: ProgressEvent): void {
  switch (event.type) {
    case "text_delta":
      return task.emit({ type: "agent_message_delta", delta: event.delta });
    case "reasoning_summary_delta":
      return task.emit({ type: "agent_reasoning_delta", delta: event.delta });
    case "reasoning_section_break":
      return task.emit({ type: "agent_reasoning_section_break" });
    case "reasoning_delta":
      if (!task.session.settings.showRawReasoning) return undefined;
      return task.emit({ type: "agent_reasoning_raw_content_delta", delta: event.delta });
    case "web_search_begin":
      return task.emit({ type: "web_search_begin", call_id: event.callId });
    case "started":
      // A wire without rate limits says nothing before its answer ends.
      if (event.rateLimits === null) return undefined;
      task.session.usage.limit(event.rateLimits);
      return task.emit(task.session.usage.event());
  }
}

/** The bookkeeping of a complete answer: its cost, its items, and what the task changed so far. */
async function concludeAnswer(
  task: TaskContext,
  received: Received,
  usage: TokenUsage | null,
): Promise<void> {
  if (usage !== null) task.session.usage.add(usage);
  task.emit(task.session.usage.event());
  // In the record, the items of an answer stand behind its events.
  task.session.history.append(received.items);
  const diff = await task.diff.unified();
  if (diff !== undefined) task.emit({ type: "turn_diff", unified_diff: diff });
}

/** The items of one answer, each call followed by its output. */
class Received {
  readonly items: ResponseItem[] = [];
  #finishedLength = 0;
  #lastMessage: string | null = null;

  add(item: ResponseItem): void {
    this.items.push(item);
    if (item.type !== "message" || item.role !== "assistant") return;
    const texts = item.content.filter((part) => part.type === "output_text");
    this.#lastMessage = texts.at(-1)?.text ?? this.#lastMessage;
  }

  finish(output: ResponseItem): void {
    this.items.push(output);
    this.#finishedLength = this.items.length;
  }

  /** Everything up to the last output. */
  finished(): ResponseItem[] {
    return this.items.slice(0, this.#finishedLength);
  }

  answer(): Answer {
    const calledTools = this.#finishedLength > 0;
    return { status: "completed", calledTools, lastMessage: this.#lastMessage };
  }
}

const endedEarly: ModelFailure = {
  message: "stream disconnected before completion: the answer ended without its closing event",
  retryable: true,
};
