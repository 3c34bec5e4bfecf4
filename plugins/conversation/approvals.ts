import { errorMessage, isJsonObject } from "../../core/index.ts";
import type {
  ApprovalAnswer,
  ApprovalRequest,
  JsonObject,
  ReviewDecision,
  Submission,
} from "../../core/index.ts";
import type { Desk } from "./desk.ts";
import type { Feed } from "./feed.ts";
import { applyPatchApproval, execCommandApproval } from "./methods.ts";

/** Asks by request, once somebody hears the event that announces the question. */
export function approver(desk: Desk, feed: Feed): Submission["approve"] {
  return async (request, signal) => {
    const heard = feed.heard();
    if (heard !== undefined) {
      desk.log.warn("a question waits for a listener", { conversation: request.conversationId });
      await unlessAborted(heard, signal);
    }
    if (signal.aborted) return { decision: "denied" };
    try {
      const method = request.kind === "exec" ? execCommandApproval : applyPatchApproval;
      return readDecision(
        desk,
        await desk.client.request(method, paramsOf(request, desk), { signal }),
      );
    } catch (error) {
      if (!signal.aborted) desk.log.warn("a question was answered with an error", { error });
      return { decision: "denied", unasked: `the client did not decide: ${errorMessage(error)}` };
    }
  };
}

function paramsOf(request: ApprovalRequest, { appServer }: Desk): JsonObject {
  const { conversationId, callId, reason } = request;
  const why = reason === undefined ? {} : { reason };
  const ids = appServer
    ? { conversationId, callId }
    : { conversation_id: conversationId, call_id: callId };
  if (request.kind === "exec") {
    return { ...ids, command: [...request.command], cwd: request.cwd, ...why };
  }
  const { changes, grantRoot } = request;
  if (appServer) {
    return { ...ids, fileChanges: changes, ...why, ...(grantRoot !== undefined && { grantRoot }) };
  }
  const root = grantRoot === undefined ? {} : { grant_root: grantRoot };
  return { ...ids, file_changes: changes, ...why, ...root };
}

// Both styles of the wire.
const decisions: Readonly<Record<string, ReviewDecision>> = {
  approved: "approved",
  approved_for_session: "approved_for_session",
  approvedForSession: "approved_for_session",
  denied: "denied",
  abort: "abort",
};

function readDecision({ log }: Desk, answer: unknown): ApprovalAnswer {
  const word = isJsonObject(answer) ? answer["decision"] : undefined;
  const isKnown = typeof word === "string" && Object.hasOwn(decisions, word);
  const decision = isKnown ? decisions[word] : undefined;
  if (decision !== undefined) return { decision };
  log.warn("an answer that is no decision counts as denied", { answer: JSON.stringify(answer) });
  return { decision: "denied" };
}

function unlessAborted(promise: Promise<void>, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    signal.addEventListener("abort", () => resolve(), { once: true });
    if (signal.aborted) resolve();
    // Never rejects: a listener comes or does not.
    void promise.then(resolve);
  });
}
