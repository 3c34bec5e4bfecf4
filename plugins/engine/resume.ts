import type { ConversationRequest } from "../../core/index.ts";
import { LiveConversation } from "./conversation.ts";
import {
  assemble,
  configuredEvent,
  openingOf,
  planOf,
  problemEvents,
  recordedPart,
  sessionOf,
  type Surroundings,
} from "./open.ts";
import { Claim } from "./rollout/claim.ts";
import { continueRecorder } from "./rollout/open.ts";
import { readRollout, type Recorded } from "./rollout/read.ts";
import { recordedRequest } from "./rollout/request.ts";
import { isInSessions } from "./rollout/store.ts";
import type { Session } from "./turn/task.ts";

/**
 * Opens the conversation of a record, to go on where the record ends. How it was asked to be applies
 * again, under what the request says now. A record from elsewhere brings its words and its folder,
 * but no permissions. Rejects with `ConversationError`.
 */
export async function resumeConversation(
  surroundings: Surroundings,
  place: { readonly id: string; readonly path: string; readonly request: ConversationRequest },
  signal?: AbortSignal,
): Promise<LiveConversation> {
  const { home } = surroundings.settings;
  const claim = new Claim(home, place.id);
  claim.take();
  try {
    const [recorded, own] = await Promise.all([
      readRollout(place.path),
      isInSessions(home, place.path),
    ]);
    const request = laidOver(place.request, recorded, own);
    const plan = await planOf(surroundings, { request, id: place.id }, signal);
    return await assemble(plan, signal, (parts) => {
      const recording = { log: surroundings.log, conversation: recordedPart(plan) };
      const recorder = continueRecorder(recording, place.path, claim);
      const session = sessionOf(plan, parts, recorder);
      restore(session, recorded);
      if (recorded.items.length === 0) session.history.append(openingOf(plan, parts.prompt));
      if (saysHow(place.request)) recorder.request(recordedRequest(request, plan.cwd));
      const initialMessages = [...recorded.events];
      const configured = configuredEvent(plan, recorder, { ...parts.log, initialMessages });
      const startEvents = [configured, ...problemEvents(parts.toolkit)];
      return new LiveConversation(session, startEvents, surroundings.residents);
    });
  } catch (error) {
    claim.release();
    throw error;
  }
}

/** Whether a request says more than who asks. */
export function saysHow(request: ConversationRequest): boolean {
  return Object.keys(request).some((key) => key !== "client");
}

/** Reads the history of an unloaded conversation again; rejects with `ConversationError`. */
export async function reload(session: Session): Promise<void> {
  session.recorder.reclaim();
  try {
    restore(session, await readRollout(session.recorder.path));
  } catch (error) {
    await session.recorder.release();
    throw error;
  }
}

function restore(session: Session, { items, drafts, skipped }: Recorded): void {
  const { history, log, recorder } = session;
  history.restore(items);
  // A crash cut the answer off; what of it had happened is history now.
  history.append(drafts);
  if (skipped > 0) log.warn(`${skipped} lines of a record were skipped: ${recorder.path}`);
}

function laidOver(
  request: ConversationRequest,
  recorded: Recorded,
  own: boolean,
): ConversationRequest {
  const before = own ? recorded.request : {};
  const config = { ...before.config, ...request.config };
  return {
    ...(recorded.cwd !== undefined && { cwd: recorded.cwd }),
    ...before,
    ...request,
    ...(Object.keys(config).length > 0 && { config }),
  };
}
