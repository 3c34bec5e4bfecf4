import type { Field } from "../../core/index.ts";

// No choice is a default: a client may fill defaults in for the person.
export const approvalFields: Readonly<Record<string, Field>> = {
  decision: {
    type: "choice",
    title: "Decision",
    choices: [
      { value: "approved", title: "Approve once" },
      { value: "approved_for_session", title: "Approve for this session" },
      { value: "denied", title: "Deny" },
      { value: "abort", title: "Abort the turn" },
    ],
  },
  reason: {
    type: "string",
    title: "Reason",
    description: "With a denial: why, or what to do instead. The agent reads it.",
  },
};
