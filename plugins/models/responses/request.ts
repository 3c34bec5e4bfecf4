import type { JsonObject, ModelRequest, ResponseItem } from "../../../core/index.ts";
import { isOurs } from "../ai-sdk/keepsake.ts";

/** What a request body needs beside the request. */
export interface Target {
  readonly model: string;
  readonly conversationId: string;
  readonly reasoning: boolean;
  readonly verbosity: boolean;
  /** Azure keeps responses, so it is asked to store them, and items keep their ids. */
  readonly azure: boolean;
}

/** The body of `POST /responses`; keys always in this order, so that prompt caches hit. */
export function requestBody(request: ModelRequest, target: Target): JsonObject {
  return {
    model: target.model,
    instructions: request.instructions,
    input: request.input.flatMap((item) => inputItem(item, target.azure)),
    tools: request.tools.map((tool) => ({ ...tool })),
    tool_choice: "auto",
    parallel_tool_calls: request.parallelToolCalls,
    reasoning: target.reasoning ? { effort: request.effort, summary: request.summary } : null,
    store: target.azure,
    stream: true,
    include: target.reasoning ? ["reasoning.encrypted_content"] : [],
    prompt_cache_key: target.conversationId,
    text: textOptions(request, target.verbosity),
  };
}

function textOptions(request: ModelRequest, allowed: boolean): JsonObject | undefined {
  const verbosity = allowed ? request.verbosity : undefined;
  const schema = request.outputSchema;
  if (verbosity === undefined && schema === undefined) return undefined;
  const format = { type: "json_schema", strict: true, name: "codex_output_schema", schema };
  return { verbosity, format: schema === undefined ? undefined : format };
}

/** An item as the wire has it: nothing but known keys in a fixed order; web searches are left out. */
function inputItem(item: ResponseItem, azure: boolean): JsonObject[] {
  const id = azure && "id" in item && !isOurs(item.id) ? { id: item.id ?? undefined } : {};
  switch (item.type) {
    case "message":
      return [{ type: item.type, ...id, role: item.role, content: item.content.map(copy) }];
    case "reasoning":
      return reasoningItem(item, id);
    case "function_call": {
      const { type, name, call_id } = item;
      return [{ type, ...id, name, arguments: item.arguments, call_id }];
    }
    case "custom_tool_call": {
      const { type, status, call_id, name, input } = item;
      return [{ type, ...id, status, call_id, name, input }];
    }
    case "function_call_output":
    case "custom_tool_call_output":
      return [{ type: item.type, call_id: item.call_id, output: item.output }];
    case "local_shell_call": {
      const call = { call_id: item.call_id, status: item.status, action: { ...item.action } };
      // Without a call id it is the item's own that the output names.
      const own = typeof item.call_id === "string" ? id : { id: item.id ?? undefined };
      return [{ type: item.type, ...own, ...call }];
    }
    case "web_search_call":
      return [];
  }
}

function reasoningItem(
  item: Extract<ResponseItem, { type: "reasoning" }>,
  id: { id?: string | undefined },
): JsonObject[] {
  // What another provider signed means nothing to this one.
  if (isOurs(item.encrypted_content)) return [];
  return [
    {
      type: item.type,
      ...id,
      summary: item.summary.map(copy),
      content: item.content?.map(copy) ?? null,
      encrypted_content: item.encrypted_content ?? null,
    },
  ];
}

function copy<T extends object>(part: T): T {
  return { ...part };
}
