import type {
  Conversation,
  ConversationEvent,
  Submission,
  Subscriber,
  Task,
} from "../../core/index.ts";

/**
 * The turns that calls wait for, by conversation, oldest first. Each event goes to the one call whose
 * turn it belongs to: the oldest open turn of its id. Ids may repeat within a conversation, because
 * its first turn is named after a request and later ones are numbered from 0.
 */
export class Turns {
  readonly #lines = new Map<string, Line>();

  submit(conversation: Conversation, submission: Submission, reader: Subscriber): Task {
    const line = this.#lines.get(conversation.id) ?? this.#open(conversation);
    // The turn's id is known when submit returns; what it emits before that waits here.
    const early: ConversationEvent[] = [];
    line.early = early;
    let task: Task;
    try {
      task = conversation.submit(submission);
    } finally {
      line.early = undefined;
    }
    const { signal } = submission;
    const turn: Turn = { id: task.id, started: false, over: false, reader, signal };
    line.turns.push(turn);
    for (const event of early) route(line, event);
    // Nobody awaits this: an outcome never rejects.
    void task.outcome.then(() => this.#leave(conversation.id, line, turn));
    return task;
  }

  #open(conversation: Conversation): Line {
    const line: Line = { turns: [], early: undefined, unsubscribe: () => undefined };
    this.#lines.set(conversation.id, line);
    line.unsubscribe = conversation.subscribe({
      event: (event) => route(line, event),
      ready: () => line.turns[0]?.reader.ready?.(),
    });
    return line;
  }

  #leave(conversationId: string, line: Line, turn: Turn): void {
    line.turns.splice(line.turns.indexOf(turn), 1);
    if (line.turns.length > 0) return;
    line.unsubscribe();
    this.#lines.delete(conversationId);
  }
}

interface Line {
  readonly turns: Turn[];
  early: ConversationEvent[] | undefined;
  unsubscribe: () => void;
}

interface Turn {
  readonly id: string;
  started: boolean;
  over: boolean;
  readonly reader: Subscriber;
  readonly signal: AbortSignal | undefined;
}

function route(line: Line, event: ConversationEvent): void {
  if (line.early !== undefined) {
    line.early.push(event);
    return;
  }
  const { id, msg } = event;
  // What happens by itself in between has an id of its own, and is part of the turn that runs.
  const aside = id.startsWith("auto-compact-");
  const aborted = msg.type === "turn_aborted";
  const open = line.turns.filter((one) => !one.over && (aside ? one.started : one.id === id));
  // A turn may be taken back while an older one of the same id runs.
  const turn = open.find((one) => aborted && one.signal?.aborted === true) ?? open[0];
  if (turn === undefined) return;
  turn.started ||= msg.type === "task_started";
  turn.over = aborted || msg.type === "task_complete";
  turn.reader.event(event);
}
