import { z } from "zod";
import { functionTool } from "./tool.ts";

const Arguments = z.object({
  explanation: z.string().nullish(),
  plan: z.array(
    z.object({ step: z.string(), status: z.enum(["pending", "in_progress", "completed"]) }),
  ),
});

/** `update_plan`: the model shows its plan to the person. */
export const planTool = functionTool(Arguments, (task, _id, { explanation, plan }) => {
  task.emit({ type: "plan_update", explanation: explanation ?? null, plan });
  return "Plan updated";
});
