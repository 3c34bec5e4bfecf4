import { ConversationError } from "../../core/index.ts";
import type { ConversationEvent, EventOf } from "../../core/index.ts";
import type { LiveConversation } from "./conversation.ts";
import type { Plan } from "./plan.ts";
import { historyLog, type HistoryLog } from "./rollout/history-log.ts";
import type { Recorder } from "./rollout/recorder.ts";
import { readStandingTexts, type StandingTexts } from "./standing-texts.ts";
import { openToolkit, type Toolkit } from "./tools/toolkit.ts";

/** What a conversation is put together from, beside its plan. */
export interface Parts {
  readonly texts: StandingTexts;
  readonly log: HistoryLog;
  readonly toolkit: Toolkit;
}

/** Gathers the parts and builds; what was opened is closed again when nothing comes of it. */
export async function assemble(
  plan: Plan,
  signal: AbortSignal | undefined,
  build: (parts: Parts) => LiveConversation | Promise<LiveConversation>,
): Promise<LiveConversation> {
  const { surroundings, id, cwd, tree } = plan;
  const opening = openToolkit(
    surroundings.agentTools,
    { id, cwd, settings: tree, ...(signal !== undefined && { signal }) },
    surroundings.log,
  );
  try {
    const [texts, log, toolkit] = await Promise.all([
      readStandingTexts(plan),
      historyLog(surroundings.settings.home),
      opening,
    ]);
    if (signal?.aborted === true) {
      throw new ConversationError("session", "the start was cancelled");
    }
    return await build({ texts, log, toolkit });
  } catch (error) {
    // What was started for a conversation must not outlive it if it never came to be.
    await opening.then((toolkit) => toolkit.close()).catch(() => undefined);
    throw error;
  }
}

/** The first events of a conversation: how it is, then what could not be opened for it. */
export function startEvents(
  { id, model, settings }: Plan,
  { path }: Recorder,
  parts: Parts & {
    /** What was recorded before, if it is resumed. */
    readonly initialMessages?: EventOf<"session_configured">["initial_messages"];
  },
): ConversationEvent[] {
  const { log, toolkit, initialMessages } = parts;
  const configured: EventOf<"session_configured"> = {
    type: "session_configured",
    session_id: id,
    model: model.name,
    ...(settings.effort !== undefined && { reasoning_effort: settings.effort }),
    history_log_id: log.id,
    history_entry_count: log.entryCount,
    ...(initialMessages !== undefined && { initial_messages: initialMessages }),
    rollout_path: path,
  };
  const problems = toolkit.problems.map((message) => ({ type: "error", message }) as const);
  return [configured, ...problems].map((msg) => ({ id: "", msg }));
}
