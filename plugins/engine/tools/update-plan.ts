import { functionTool } from "./tool.ts";

/** `update_plan`: the model shows its plan to the person. */
export const planTool = functionTool("updatePlan", (task, _id, { explanation, plan }) => {
  task.emit({ type: "plan_update", explanation: explanation ?? null, plan });
  return "Plan updated";
});
