import type { LanguageModelV4FunctionTool } from "@ai-sdk/provider";
import type { JsonObject, ModelTool, ResponseItem } from "../../../core/index.ts";

/** The tools that these wires can carry; a freeform tool becomes a function with one text. */
export function functionTools(tools: readonly ModelTool[]): LanguageModelV4FunctionTool[] {
  return tools.flatMap((tool): LanguageModelV4FunctionTool[] => {
    switch (tool.type) {
      case "function": {
        const { name, description, strict, parameters } = tool;
        return [{ type: "function", name, description, strict, inputSchema: { ...parameters } }];
      }
      case "custom": {
        const { name, format } = tool;
        const description = `${tool.description}\n\nThe language of the input, in the notation of ${format.syntax}:\n${format.definition}`;
        return [{ type: "function", name, description, strict: false, inputSchema: oneText }];
      }
      case "web_search":
      case "local_shell":
        return [];
    }
  });
}

/** Bare definitions of the tools that an input has calls of. */
export function calledTools(input: readonly ResponseItem[]): LanguageModelV4FunctionTool[] {
  const names = new Set(
    input.flatMap((item) =>
      item.type === "function_call" || item.type === "custom_tool_call" ? [item.name] : [],
    ),
  );
  const inputSchema = { type: "object", properties: {} } as const;
  return [...names].map((name) => ({ type: "function", name, inputSchema }));
}

const oneText: JsonObject = {
  type: "object",
  properties: { input: { type: "string", description: "The whole text for the tool." } },
  required: ["input"],
  additionalProperties: false,
};
