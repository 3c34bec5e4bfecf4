import type { JsonObject, ModelTool, ModelTraits } from "../../../core/index.ts";
import { patchGrammar, patchManual } from "../patch/manual.ts";
import type { ToolSettings } from "../settings.ts";

/** The tools the model is told of, in a fixed order: it is part of what providers cache by. */
export function offeredTools(settings: ToolSettings, traits: ModelTraits): ModelTool[] {
  return [
    traits.shellTool === "local_shell" ? { type: "local_shell" } : shell,
    ...(settings.plan ? [updatePlan] : []),
    ...patchTools(settings, traits),
    ...(settings.webSearch ? [{ type: "web_search" } as const] : []),
    ...(settings.viewImage ? [viewImage] : []),
  ];
}

function patchTools(settings: ToolSettings, traits: ModelTraits): ModelTool[] {
  if (traits.patchTool === "function") return [patchFunction];
  return traits.patchTool === "freeform" || settings.patch ? [patchFreeform] : [];
}

const text = { type: "string" };

// Arguments stand in alphabetical order: the same tool is the same bytes in every request.
const shell = functionTool({
  name: "shell",
  description: "Runs a command and returns its output and exit code.",
  properties: {
    command: { type: "array", items: text, description: "The program and its arguments." },
    justification: {
      ...text,
      description: "With escalated permissions only: one sentence that tells the person why.",
    },
    timeout_ms: { type: "number", description: "Time limit in milliseconds; 10000 if absent." },
    with_escalated_permissions: {
      type: "boolean",
      description: "Asks the person to let the command run outside the sandbox.",
    },
    workdir: { ...text, description: "The folder to run in; the working folder if absent." },
  },
  required: ["command"],
});

const updatePlan = functionTool({
  name: "update_plan",
  description:
    "Shows the person the plan and how far it is. At most one step is in progress at a time.",
  properties: {
    explanation: { ...text, description: "Why the plan changed." },
    plan: {
      type: "array",
      description: "All steps, in order.",
      items: {
        type: "object",
        properties: {
          status: { type: "string", enum: ["pending", "in_progress", "completed"] },
          step: text,
        },
        required: ["step", "status"],
        additionalProperties: false,
      },
    },
  },
  required: ["plan"],
});

const patchFunction = functionTool({
  name: "apply_patch",
  description: `Edits files by a patch.\n\n${patchManual}`,
  properties: { input: { ...text, description: "The whole patch." } },
  required: ["input"],
});

const patchFreeform: ModelTool = {
  type: "custom",
  name: "apply_patch",
  description: "Edits files by a patch. The input is the patch itself, as plain text.",
  format: { type: "grammar", syntax: "lark", definition: patchGrammar },
};

const viewImage = functionTool({
  name: "view_image",
  description: "Shows you a picture from the file system.",
  properties: { path: { ...text, description: "Path of the image file." } },
  required: ["path"],
});

function functionTool(tool: {
  readonly name: string;
  readonly description: string;
  readonly properties: JsonObject;
  readonly required: string[];
}): ModelTool {
  const { name, description, properties, required } = tool;
  const parameters = { type: "object", properties, required, additionalProperties: false };
  return { type: "function", name, description, strict: false, parameters };
}
