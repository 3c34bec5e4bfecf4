import type { ConversationRequest, EventMsg, TurnOverrides } from "../../core/index.ts";
import { assemble, startEvents } from "./assemble.ts";
import { LiveConversation } from "./conversation.ts";
import { planOf } from "./plan.ts";
import { Claim } from "./rollout/claim.ts";
import { readRollout, type Recorded } from "./rollout/read.ts";
import { Recorder } from "./rollout/recorder.ts";
import { recordedRequest } from "./rollout/request.ts";
import { isInSessions } from "./rollout/store.ts";
import { sessionOf } from "./session.ts";
import { openingOf } from "./standing-texts.ts";
import type { Surroundings } from "./surroundings.ts";
import { takeInput } from "./turn/input.ts";
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
    const asked = { id: place.id, ...laidOver(place.request, recorded, own) };
    const plan = await planOf(surroundings, asked, signal);
    return await assemble(plan, signal, async (parts) => {
      const recorder = new Recorder({ path: place.path, log: surroundings.log, claim });
      const session = sessionOf(plan, parts, recorder);
      restore(session, recorded);
      if (recorded.items.length === 0) session.history.append(openingOf(plan, parts.texts));
      if (saysHow(place.request)) recorder.request(recordedRequest(plan.request, plan));
      const unheard = await takeWaiting(session, recorded);
      const initialMessages = [...recorded.events, ...unheard];
      const events = startEvents(plan, recorder, { ...parts, initialMessages });
      return new LiveConversation(session, events, surroundings);
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

/** A crash came before the model heard of it: the next turn tells it. */
async function takeWaiting(session: Session, { waiting }: Recorded): Promise<EventMsg[]> {
  const events: EventMsg[] = [];
  for (const [n, items] of waiting) {
    events.push(await takeInput(session, { items, taken: () => session.recorder.waited(n) }));
  }
  return events;
}

function laidOver(
  request: ConversationRequest,
  recorded: Recorded,
  own: boolean,
): { readonly request: ConversationRequest; readonly overrides: TurnOverrides } {
  const before = own ? recorded.request : {};
  const config = { ...before.config, ...request.config };
  const all = {
    ...(recorded.cwd !== undefined && { cwd: recorded.cwd }),
    ...before,
    ...request,
    ...(Object.keys(config).length > 0 && { config }),
  };
  return { request: all, overrides: own ? unsaid(recorded.overrides, request) : {} };
}

/** What earlier turns made different and the request says nothing about. */
function unsaid(overrides: TurnOverrides, request: ConversationRequest): TurnOverrides {
  const { config = {}, profile } = request;
  const left = Object.entries(overrides).filter(([name]) => {
    const { member, key, inProfile } = places[name as keyof TurnOverrides];
    const said = member !== undefined && request[member] !== undefined;
    const configured = key !== undefined && Object.hasOwn(config, key);
    return !said && !configured && !(inProfile === true && profile !== undefined);
  });
  // Object.entries forgets the names; only members were left out.
  return Object.fromEntries(left) as TurnOverrides;
}

interface Place {
  readonly member?: keyof ConversationRequest;
  readonly key?: string;
  readonly inProfile?: true;
}

/** Where a request can speak of the same. */
const places: Readonly<Record<keyof TurnOverrides, Place>> = {
  cwd: { member: "cwd" },
  approvalPolicy: { member: "approvalPolicy", key: "approval_policy", inProfile: true },
  sandboxPolicy: { member: "sandbox", key: "sandbox_mode" },
  model: { member: "model", key: "model", inProfile: true },
  effort: { key: "model_reasoning_effort", inProfile: true },
  summary: { key: "model_reasoning_summary", inProfile: true },
};
