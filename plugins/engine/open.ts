import type { ConversationRequest } from "../../core/index.ts";
import { assemble, startEvents } from "./assemble.ts";
import { LiveConversation } from "./conversation.ts";
import { planOf, refuseDepth } from "./plan.ts";
import { openRecorder } from "./rollout/open.ts";
import { sessionOf } from "./session.ts";
import { openingOf } from "./standing-texts.ts";
import type { Surroundings } from "./surroundings.ts";
import { uuidV7 } from "./uuid.ts";

/** Opens a conversation; rejects with `ConversationError` and leaves nothing behind then. */
export async function openConversation(
  surroundings: Surroundings,
  request: ConversationRequest,
  signal?: AbortSignal,
): Promise<LiveConversation> {
  refuseDepth(surroundings.environment);
  const plan = await planOf(surroundings, { id: uuidV7(), request }, signal);
  return assemble(plan, signal, (parts) => {
    // The record is the only thing a start leaves on the disk, so it comes last.
    const recorder = openRecorder(plan, parts.texts.userInstructions);
    const session = sessionOf(plan, parts, recorder);
    session.history.append(openingOf(plan, parts.texts));
    return new LiveConversation(session, startEvents(plan, recorder, parts), surroundings);
  });
}
