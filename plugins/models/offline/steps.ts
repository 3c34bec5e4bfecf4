/** One thing that the offline provider does for a prompt. */
export type Step =
  | { readonly say: string }
  | {
      readonly run: readonly string[];
      /** Asks to run outside the sandbox, which a person must allow. */
      readonly escalated?: boolean | undefined;
      readonly justification?: string | undefined;
    }
  | { readonly patch: string }
  | { readonly plan: readonly PlanStep[] };

export interface PlanStep {
  readonly step: string;
  readonly status: "pending" | "in_progress" | "completed";
}

const beginPatch = "*** Begin Patch";
const endPatch = "*** End Patch";

/** The steps that the commands of a prompt ask for, in order; other lines are ignored. */
export function promptSteps(prompt: string): readonly Step[] {
  const steps: Step[] = [];
  let patch: string[] | undefined;
  for (const line of prompt.split(/\r?\n/)) {
    if (patch !== undefined) {
      patch.push(line);
      if (line.trim() === endPatch) {
        steps.push({ patch: patch.join("\n") });
        patch = undefined;
      }
    } else if (line.trim() === beginPatch) {
      patch = [line.trim()];
    } else {
      const step = lineStep(line.trim());
      if (step !== undefined) steps.push(step);
    }
  }
  // Without its end the patch is broken, which the patch tool explains better than silence.
  if (patch !== undefined) steps.push({ patch: patch.join("\n") });
  return steps;
}

function lineStep(line: string): Step | undefined {
  const [, word, rest] = /^(\$!?|find|plan|read(?=\s+\S+$))\s+(\S.*)$/.exec(line) ?? [];
  if (word === undefined || rest === undefined) return undefined;
  switch (word) {
    case "$":
      return { run: shell(rest) };
    case "$!":
      return { run: shell(rest), escalated: true, justification: "the prompt asks for it" };
    case "find":
      return { run: ["grep", "-rnI", "--exclude-dir=.git", "--", rest, "."] };
    case "read":
      return { run: ["cat", rest.startsWith("-") ? `./${rest}` : rest] };
    default:
      return { plan: planSteps(rest) };
  }
}

/** A command line as the argv that runs it. */
export function shell(command: string): readonly string[] {
  return ["bash", "-lc", command];
}

function planSteps(text: string): PlanStep[] {
  const names = text.split(";").map((name) => name.trim());
  return names
    .filter((name) => name !== "")
    .map((step, index) => ({ step, status: index === 0 ? "in_progress" : "pending" }));
}
