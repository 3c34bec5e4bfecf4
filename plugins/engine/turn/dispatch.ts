import { errorMessage } from "../../../core/index.ts";
import { patchFunction, patchTool } from "../tools/apply-patch.ts";
import { localShellTool, shellTool } from "../tools/shell.ts";
import type { FunctionTool } from "../tools/tool.ts";
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
export async function runCall(task: TaskContext, call: CallItem): Promise<string> {
  try {
    return await callTool(task, call);
  } catch (error) {
    task.session.log.error("a tool call broke off", { call: callId(call), error });
    return `the tool failed: ${errorMessage(error)}`;
  }
}

function callTool(task: TaskContext, call: CallItem): string | Promise<string> {
  const id = callId(call);
  switch (call.type) {
    case "function_call": {
      const tool = functionTools.get(call.name);
      return tool === undefined
        ? `unsupported call: ${call.name}`
        : tool({ task, id, argumentText: call.arguments });
    }
    case "custom_tool_call":
      return call.name === "apply_patch"
        ? patchTool(task, id, call.input)
        : `unsupported custom tool call: ${call.name}`;
    case "local_shell_call":
      return localShellTool(task, id, call.action);
  }
}
