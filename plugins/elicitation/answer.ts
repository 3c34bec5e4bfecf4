import type { Answer, ApprovalAnswer, JsonObject, ReviewDecision } from "../../core/index.ts";

/** How answers count that leave it open. */
export interface Rules {
  readonly cancelMeans: "deny" | "abort";
  readonly unanswered: "deny" | "approve";
}

/**
 * What an answer to an approval question decides; `nonsense` is a choice that was never offered.
 * A `decision` beside `action` is the form of clients that predate forms, and goes first.
 */
export function readAnswer(answer: Answer, rules: Rules): ApprovalAnswer | { nonsense: string } {
  if (answer.kind === "unanswered") return unanswered(answer, rules);
  const note = noteOf(answer.result) ?? noteOf(answer.content);
  const given = answer.result["decision"];
  if (given !== undefined) return withNote(isDecision(given) ? given : "denied", note);

  switch (answer.action) {
    case "accept": {
      const choice = answer.content["decision"];
      if (choice === undefined) {
        // A client that shows only the message has one button for yes, and it was pressed. One that
        // filled in the form but left the choice out said nothing yet.
        const filled = Object.keys(answer.content).length > 0;
        return filled ? { nonsense: "nothing" } : { decision: "approved" };
      }
      if (isDecision(choice)) return withNote(choice, note);
      return { nonsense: typeof choice === "string" ? choice : JSON.stringify(choice) };
    }
    case "cancel":
      return withNote(rules.cancelMeans === "abort" ? "abort" : "denied", note);
    case "decline":
    case undefined:
      return withNote("denied", note);
  }
}

function unanswered(answer: Answer & { kind: "unanswered" }, rules: Rules): ApprovalAnswer {
  switch (answer.reason) {
    case "unsupported":
      return {
        decision: rules.unanswered === "approve" ? "approved" : "denied",
        unasked: answer.message,
      };
    case "failed":
    case "timed-out":
    case "closed":
      return { decision: "denied", unasked: answer.message };
    case "withdrawn":
      return { decision: "denied" };
  }
}

function withNote(decision: ReviewDecision, note: string | undefined): ApprovalAnswer {
  return note === undefined ? { decision } : { decision, note };
}

function noteOf(members: JsonObject): string | undefined {
  return [members["note"], members["reason"]].find(
    (text): text is string => typeof text === "string" && text.trim() !== "",
  );
}

const decisions = {
  approved: true,
  approved_for_session: true,
  denied: true,
  abort: true,
} satisfies Record<ReviewDecision, true>;

function isDecision(value: unknown): value is ReviewDecision {
  return typeof value === "string" && Object.hasOwn(decisions, value);
}
