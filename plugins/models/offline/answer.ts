import type { ModelRequest, ResponseItem } from "../../../core/index.ts";
import { introduction, report } from "./report.ts";
import type { Scenario } from "./scenario.ts";
import { promptSteps, type Step } from "./steps.ts";

/** The items of one answer: texts, then at most one call. */
export type Answer = readonly (
  | { readonly text: string }
  | { readonly call: Extract<ResponseItem, { type: "function_call" | "custom_tool_call" }> }
)[];

/**
 * What to answer. Nothing is remembered between requests: how far the steps of the last prompt have
 * got shows in the calls that the history has since.
 */
export function answer(request: ModelRequest, scenarios: readonly Scenario[]): Answer {
  const start = request.input.findLastIndex(isPrompt);
  const asked = request.input[start];
  const prompt = asked === undefined ? "" : textOf(asked);
  const since = request.input.slice(start + 1);
  const scenario = scenarios.find(({ when }) => when.test(prompt));
  const steps = (scenario?.steps ?? promptSteps(prompt)).flatMap((step) => offered(step, request));
  if (steps.length === 0) return [{ text: introduction }];

  const made = since.filter(
    (item) => item.type === "function_call" || item.type === "custom_tool_call",
  );
  const rest = steps.slice(after(steps, made.length));
  const says: { text: string }[] = [];
  for (const step of rest) {
    if ("say" in step) says.push({ text: step.say });
    else return [...says, { call: callOf(step, request, made.length) }];
  }
  return says.length > 0 ? says : [{ text: report(since) }];
}

/** Index behind the n-th step that is a call. */
function after(steps: readonly Step[], calls: number): number {
  let seen = 0;
  if (calls === 0) return 0;
  for (const [index, step] of steps.entries()) {
    if (!("say" in step)) seen += 1;
    if (seen === calls) return index + 1;
  }
  return steps.length;
}

function isPrompt(item: ResponseItem): boolean {
  if (item.type !== "message" || item.role !== "user") return false;
  // The engine tells its surroundings in messages of the user, too.
  return !/^\s*<(environment_context|user_instructions)>/.test(textOf(item));
}

function textOf(item: ResponseItem): string {
  if (item.type !== "message") return "";
  return item.content.map((part) => ("text" in part ? part.text : "")).join("\n");
}

/** A plan without a tool for plans is said instead. */
function offered(step: Step, { tools }: ModelRequest): Step[] {
  if (!("plan" in step) || tools.some((tool) => "name" in tool && tool.name === "update_plan")) {
    return [step];
  }
  return [{ say: ["Plan:", ...step.plan.map(({ step: name }) => `- ${name}`)].join("\n") }];
}

function callOf(
  step: Exclude<Step, { say: string }>,
  { tools, input }: ModelRequest,
  made: number,
): Extract<ResponseItem, { type: "function_call" | "custom_tool_call" }> {
  // Unique within the conversation, and the same whenever the same request is asked again.
  const call_id = `offline_${input.length}_${made}`;
  const call = (name: string, args: object) =>
    ({ type: "function_call", name, arguments: JSON.stringify(args), call_id }) as const;
  if ("plan" in step) return call("update_plan", { plan: step.plan });
  if ("patch" in step) {
    const tool = tools.find((each) => "name" in each && each.name === "apply_patch");
    if (tool?.type === "custom") {
      return { type: "custom_tool_call", call_id, name: "apply_patch", input: step.patch };
    }
    if (tool !== undefined) return call("apply_patch", { input: step.patch });
    return call("shell", { command: ["apply_patch", step.patch] });
  }
  const { run: command, escalated, justification } = step;
  const asks = escalated === true && { with_escalated_permissions: true, justification };
  return call("shell", { command, ...asks });
}
