import { errorMessage } from "../../core/index.ts";
import type { ApprovalAnswer, ApprovalRequest, Call } from "../../core/index.ts";
import { readAnswer, type Rules } from "./answer.ts";
import { execWords } from "./exec.ts";
import { approvalFields } from "./form.ts";
import { patchWords } from "./patch.ts";

export interface Asking {
  readonly request: ApprovalRequest;
  readonly call: Call;
  readonly rules: Rules & { readonly timeoutMs: number };
  /** Withdraws the question. */
  readonly signal: AbortSignal;
}

/** Asks, and asks once more when the answer makes no sense. Never rejects: no answer is a denial. */
export async function ask(asking: Asking): Promise<ApprovalAnswer> {
  try {
    const first = await askOnce(asking, undefined);
    if (!("nonsense" in first)) return first;
    const second = await askOnce(asking, `"${first.nonsense}" is none of the choices.`);
    return "nonsense" in second ? { decision: "denied" } : second;
  } catch (error) {
    asking.call.log.error("an approval question failed", { error });
    return { decision: "denied", unasked: `the question failed: ${errorMessage(error)}` };
  }
}

async function askOnce(asking: Asking, hint: string | undefined) {
  const { request, call, rules, signal } = asking;
  const words = request.kind === "exec" ? execWords(request) : patchWords(request);
  const answer = await call.ask({
    message: hint === undefined ? words.message : `${hint} ${words.message}`,
    fields: approvalFields,
    required: ["decision"],
    members: {
      ...words.members,
      codex_mcp_tool_call_id: String(call.requestId),
      codex_event_id: request.eventId,
      codex_call_id: request.callId,
      threadId: request.conversationId,
    },
    timeoutMs: rules.timeoutMs,
    signal,
  });
  return readAnswer(answer, rules);
}
