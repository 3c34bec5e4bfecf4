import type {
  ModelEvent,
  ModelFailure,
  ModelRequest,
  ResponseItem,
  TokenUsage,
} from "../../../core/index.ts";
import type { ToolOutput } from "../tools/tool.ts";
import { isParallel, runCall } from "./dispatch.ts";
import { isCall, outputFor, type CallItem } from "./history.ts";
import { showItem } from "./show.ts";
import type { Session, TaskContext } from "./task.ts";
import { unlessAborted } from "./wait.ts";

/** How one request to the model ended. */
export type Answer =
  | {
      readonly status: "completed";
      readonly calledTools: boolean;
      readonly lastMessage: string | null;
      /** How much of the context the next request takes at least; unknown on some wires. */
      readonly contextTokens: number | undefined;
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
  const received = new Received();
  try {
    return await read(task, received);
  } finally {
    // Whatever became of the answer: no call runs on behind the next request.
    await received.settled();
  }
}

async function read(task: TaskContext, received: Received): Promise<Answer> {
  const { history, model } = task.session;
  const request = requestOf(task.session, await history.forModel());
  for await (const batch of model.stream(request, task.signal)) {
    for (const event of batch) {
      if (task.signal.aborted) return { status: "aborted" };
      if (event.type === "item") {
        await takeItem(task, received, event.item);
      } else if (event.type === "completed") {
        await received.settled();
        await concludeAnswer(task, received, event.usage);
        return task.signal.aborted ? { status: "aborted" } : received.answer(event.usage);
      } else if (event.type === "failed") {
        return breakOff(task, received, event.failure);
      } else {
        showProgress(task, event);
      }
    }
    const room = task.ready();
    if (room !== undefined) await unlessAborted(room, task.signal);
  }
  return task.signal.aborted ? { status: "aborted" } : breakOff(task, received, endedEarly);
}

async function breakOff(
  task: TaskContext,
  received: Received,
  failure: ModelFailure,
): Promise<Answer> {
  await received.settled();
  keep(task, received.finished());
  return { status: "failed", failure };
}

/** Pictures that calls brought are the next message to the model, in the order of the calls. */
function keep({ session, inbox }: TaskContext, entries: readonly Entry[]): void {
  session.history.append(
    entries.flatMap(({ item, told }) =>
      told === undefined || !isCall(item) ? [item] : [item, outputFor(item, told.output)],
    ),
  );
  for (const url of entries.flatMap(({ told }) => told?.images ?? [])) {
    const content = [{ type: "input_image" as const, image_url: url }];
    inbox.put({ type: "message", role: "user", content });
  }
}

/** A request that shows the model these items. */
export function requestOf(session: Session, input: readonly ResponseItem[]): ModelRequest {
  const { settings } = session;
  return {
    instructions: session.instructions,
    input,
    tools: session.tools,
    parallelToolCalls: settings.parallelToolCalls,
    effort: settings.effort,
    summary: settings.summary,
    verbosity: settings.verbosity,
    outputSchema: undefined,
  };
}

/**
 * Nobody reads the stream while a call runs: the network waits, and items keep their order. Only
 * calls that disturb no other let the stream go on, up to the next call that is not of their kind.
 */
async function takeItem(task: TaskContext, received: Received, item: ResponseItem): Promise<void> {
  const { history } = task.session;
  history.draft(item);
  showItem(task, item);
  if (!isCall(item)) return received.add(item);
  const parallel = isParallel(task, item);
  if (!parallel) await received.settled();
  if (task.signal.aborted) return;
  received.run(item, runDrafted(task, item));
  if (!parallel) await received.settled();
}

/** The output is in the record before the answer is complete: a crash shall not lose it. */
async function runDrafted(task: TaskContext, item: CallItem): Promise<ToolOutput> {
  const told = await runCall(task, item);
  task.session.history.draft(outputFor(item, told.output));
  return told;
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
      return task.emit(task.session.usage.event(task.session.contextWindow));
  }
}

/** The bookkeeping of a complete answer: its cost, its items, and what the task changed so far. */
async function concludeAnswer(
  task: TaskContext,
  received: Received,
  usage: TokenUsage | null,
): Promise<void> {
  if (usage !== null) task.session.usage.add(usage);
  task.emit(task.session.usage.event(task.session.contextWindow));
  // In the record, the items of an answer stand behind its events.
  keep(task, received.all());
  const diff = await task.diff.unified();
  if (diff !== undefined) task.emit({ type: "turn_diff", unified_diff: diff });
}

/** An item and, if it is a call that has ended, what the model is told of it. */
interface Entry {
  readonly item: ResponseItem;
  told?: ToolOutput;
}

/** The items of one answer, each call with its output, in the order of the calls. */
class Received {
  readonly #entries: Entry[] = [];
  readonly #running = new Set<Promise<void>>();
  #lastMessage: string | null = null;

  add(item: ResponseItem): void {
    this.#entries.push({ item });
    if (item.type !== "message" || item.role !== "assistant") return;
    const texts = item.content.filter((part) => part.type === "output_text");
    this.#lastMessage = texts.at(-1)?.text ?? this.#lastMessage;
  }

  /** Adds a call that is being run; `output` never rejects. */
  run(item: CallItem, output: Promise<ToolOutput>): void {
    const entry: Entry = { item };
    this.#entries.push(entry);
    const running = output.then((told) => {
      entry.told = told;
      this.#running.delete(running);
    });
    this.#running.add(running);
  }

  /** Resolves when every call so far has its output. */
  async settled(): Promise<void> {
    await Promise.all(this.#running);
  }

  all(): readonly Entry[] {
    return this.#entries;
  }

  /** Everything up to the last call that has its output. */
  finished(): readonly Entry[] {
    const last = this.#entries.findLastIndex(({ told }) => told !== undefined);
    return this.#entries.slice(0, last + 1);
  }

  answer(usage: TokenUsage | null): Answer {
    return {
      status: "completed",
      calledTools: this.#entries.some(({ told }) => told !== undefined),
      lastMessage: this.#lastMessage,
      // What the model thought is not sent again.
      contextTokens:
        usage === null ? undefined : usage.total_tokens - usage.reasoning_output_tokens,
    };
  }
}

const endedEarly: ModelFailure = {
  message: "stream disconnected before completion: the answer ended without its closing event",
  retryable: true,
};
