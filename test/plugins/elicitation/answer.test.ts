import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../core/index.ts";
import { readAnswer } from "../../../plugins/elicitation/answer.ts";
import { answered } from "../fake-call.ts";

const rules = { cancelMeans: "deny", unanswered: "deny" } as const;

describe("an answer to an approval question", () => {
  it.each<[string, JsonObject, object]>([
    ["the old word", { decision: "approved" }, { decision: "approved" }],
    [
      "the old word for the session",
      { decision: "approved_for_session" },
      { decision: "approved_for_session" },
    ],
    ["the old word for no", { decision: "denied" }, { decision: "denied" }],
    ["the old word for the end", { decision: "abort" }, { decision: "abort" }],
    [
      "the old word over the action",
      { action: "decline", decision: "approved" },
      { decision: "approved" },
    ],
    [
      "the old word over the form",
      { action: "accept", content: { decision: "approved" }, decision: "denied" },
      { decision: "denied" },
    ],
    ["accept without a choice", { action: "accept", content: {} }, { decision: "approved" }],
    ["accept without content", { action: "accept" }, { decision: "approved" }],
    [
      "a choice of the form",
      { action: "accept", content: { decision: "approved_for_session" } },
      { decision: "approved_for_session" },
    ],
    [
      "a denial with a note",
      { action: "accept", content: { decision: "denied", note: "use git mv" } },
      { decision: "denied", note: "use git mv" },
    ],
    [
      "a reason beside the old word",
      { decision: "denied", reason: "no" },
      { decision: "denied", note: "no" },
    ],
    ["decline", { action: "decline" }, { decision: "denied" }],
    [
      "decline with a note",
      { action: "decline", content: { note: "later" } },
      { decision: "denied", note: "later" },
    ],
    ["cancel", { action: "cancel" }, { decision: "denied" }],
    ["nothing", {}, { decision: "denied" }],
    ["an unknown old word", { decision: "yes" }, { decision: "denied" }],
    ["a capitalised old word", { decision: "Approved" }, { decision: "denied" }],
    [
      "an old word that is an object key of JavaScript",
      { decision: "toString" },
      { decision: "denied" },
    ],
    ["an old word that is no string", { decision: 1, action: "accept" }, { decision: "denied" }],
    ["an old word that is null", { decision: null, action: "accept" }, { decision: "denied" }],
    ["an unknown action", { action: "yes" }, { decision: "denied" }],
    ["a blank note", { decision: "denied", note: "  " }, { decision: "denied" }],
    ["a note that is no string", { decision: "denied", note: 3 }, { decision: "denied" }],
  ])("of %s decides", (_, result, expected) => {
    expect(readAnswer(answered(result), rules)).toEqual(expected);
  });

  it.each<[JsonObject[string], string]>([
    ["maybe", "maybe"],
    [4, "4"],
    [null, "null"],
  ])("with the choice %j is nonsense", (decision, nonsense) => {
    const answer = answered({ action: "accept", content: { decision } });
    expect(readAnswer(answer, rules)).toEqual({ nonsense });
  });

  it("with a form whose choice was left out is nonsense", () => {
    const answer = answered({ action: "accept", content: { reason: "no, do not" } });
    expect(readAnswer(answer, rules)).toEqual({ nonsense: "nothing" });
  });

  it("that is cancel aborts the turn where configured so", () => {
    const answer = answered({ action: "cancel" });
    expect(readAnswer(answer, { ...rules, cancelMeans: "abort" })).toEqual({ decision: "abort" });
  });
});

describe("a question without an answer", () => {
  const reasons = ["unsupported", "failed", "timed-out", "closed"] as const;
  it.each(reasons)("(%s) is denied, and it is said that nobody decided", (reason) => {
    const answer = { kind: "unanswered", reason, message: "why" } as const;
    expect(readAnswer(answer, rules)).toEqual({ decision: "denied", unasked: "why" });
  });

  it("is approved only where the client cannot be asked and it is configured so", () => {
    const lenient = { ...rules, unanswered: "approve" } as const;
    const decisions = reasons.map((reason) => {
      const read = readAnswer({ kind: "unanswered", reason, message: "why" }, lenient);
      return "decision" in read ? read.decision : "nonsense";
    });
    expect(decisions).toEqual(["approved", "denied", "denied", "denied"]);
  });

  it("that was withdrawn is denied without a word", () => {
    const answer = { kind: "unanswered", reason: "withdrawn", message: "why" } as const;
    expect(readAnswer(answer, rules)).toEqual({ decision: "denied" });
  });
});
