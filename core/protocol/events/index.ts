import { z } from "zod";
import type { RequestId } from "../../wire/json-rpc.ts";
import { ExecEvents } from "./exec.ts";
import { McpEvents } from "./mcp.ts";
import { MessageEvents } from "./message.ts";
import { PatchEvents } from "./patch.ts";
import { SessionEvents } from "./session.ts";
import { TroubleEvents } from "./trouble.ts";

/** Everything that can happen in a conversation, told apart by `type`. */
export const EventMsg = z.discriminatedUnion("type", [
  ...SessionEvents,
  ...MessageEvents,
  ...ExecEvents,
  ...PatchEvents,
  ...McpEvents,
  ...TroubleEvents,
]);
export type EventMsg = z.infer<typeof EventMsg>;

/** The event of one type. */
export type EventOf<T extends EventMsg["type"]> = Extract<EventMsg, { type: T }>;

/** An event and the submission that caused it; `id` is "" for events of the session's start. */
export interface ConversationEvent {
  readonly id: string;
  readonly msg: EventMsg;
}

// The schema is for JSON, where every integer is a number; in memory a large one is a bigint.
const RequestIdValue: z.ZodType<RequestId, RequestId> = z.union([z.string(), z.int()]);

/** Params of the notification `codex/event`; `requestId` names the call the event belongs to. */
export const CodexEventParams = z.object({
  _meta: z.object({ requestId: RequestIdValue, threadId: z.string().optional() }).optional(),
  id: z.string(),
  msg: EventMsg,
});
