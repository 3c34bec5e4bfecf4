import type { Approver, Conversation, Conversations } from "../../core/index.ts";
import type { EventsOption } from "./listening.ts";
import type { Turns } from "./turns.ts";

/** What the calls of one connection share. */
export interface Desk {
  readonly conversations: Conversations;
  readonly approver: Approver | undefined;
  readonly events: EventsOption;
  readonly turns: Turns;
  /** Aborts when the host closes. */
  readonly closing: AbortSignal;
  /** The conversation used last, for a reply that names none. */
  last: Conversation | undefined;
}
