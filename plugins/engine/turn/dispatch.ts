import { errorMessage } from "../../../core/index.ts";
import { runAgentTool } from "../tools/agent-tool.ts";
import { patchFunction, patchTool } from "../tools/apply-patch.ts";
import { localShellTool, shellTool } from "../tools/shell.ts";
import type { FunctionTool, ToolOutput } from "../tools/tool.ts";
import { planTool } from "../tools/update-plan.ts";
import { imageTool } from "../tools/view-image.ts";
import { callId, type CallItem } from "./history.ts";
import type { TaskContext } from "./task.ts";

// A model may call what it was not offered: these are accepted whenever they are named.
const functionTools: ReadonlyMap<string, FunctionTool> = new Map([
  ["shell", shellTool],
  ["container.exec", shellTool],
  ["apply_patch", patchFunction],
  ["update_plan", planTool],
  ["view_image", imageTool],
]);

/** Does what the model asks for; resolves with what the model is told. Never rejects. */
export async function runCall(task: TaskContext, call: CallItem): Promise<ToolOutput> {
  try {
    const told = await callTool(task, call);
    return typeof told === "string" ? { output: told } : told;
  } catch (error) {
    task.session.log.error("a tool call broke off", { call: callId(call), error });
    return { output: `the tool failed: ${errorMessage(error)}` };
  }
}

/** True for calls that others may run beside: nothing they do can be seen by these. */
export function isParallel({ session }: TaskContext, call: CallItem): boolean {
  if (call.type !== "function_call") return false;
  return call.name === "view_image" || session.toolkit.find(call.name)?.tool.parallel === true;
}

function callTool(task: TaskContext, call: CallItem): ReturnType<FunctionTool> {
  const id = callId(call);
  switch (call.type) {
    case "function_call": {
      const asked = { task, id, argumentText: call.arguments };
      const added = task.session.toolkit.find(call.name);
      if (added !== undefined) return runAgentTool(added, asked);
      return functionTools.get(call.name)?.(asked) ?? `unsupported call: ${call.name}`;
    }
    case "custom_tool_call":
      return call.name === "apply_patch"
        ? patchTool(task, id, call.input)
        : `unsupported custom tool call: ${call.name}`;
    case "local_shell_call":
      return localShellTool(task, id, call.action);
  }
}
