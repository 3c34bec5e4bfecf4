import { errorMessage } from "../../core/index.ts";
import type { AgentTool, AgentToolResult, EventOf, JsonSchema } from "../../core/index.ts";
import type { Connection } from "./connection.ts";
import { qualifiedName } from "./names.ts";
import { argumentsSchema } from "./schema.ts";
import type { CallResult, ListedTool } from "./wire.ts";

type CallEnd = EventOf<"mcp_tool_call_end">;

/** A server's tool as the model gets it; each call is told between its begin and end events. */
export function serverTool(
  server: string,
  tool: ListedTool,
  connection: Connection,
): AgentTool<JsonSchema> {
  return {
    name: qualifiedName(server, tool.name),
    description: tool.description ?? "",
    parameters: argumentsSchema(tool.inputSchema),
    parallel: tool.annotations?.readOnlyHint === true,

    async run(args, call) {
      const invocation = { server, tool: tool.name, arguments: args ?? null };
      const started = performance.now();
      const end = (result: CallEnd["result"]) => {
        const duration = durationSince(started);
        call.emit({
          type: "mcp_tool_call_end",
          call_id: call.callId,
          invocation,
          duration,
          result,
        });
      };
      call.emit({ type: "mcp_tool_call_begin", call_id: call.callId, invocation });
      try {
        const result = await connection.call(tool.name, args, call);
        end({ Ok: result });
        return toldResult(result);
      } catch (error) {
        const failure = `tool call failed for \`${server}/${tool.name}\`: ${errorMessage(error)}`;
        end({ Err: failure });
        return { output: failure };
      }
    },
  };
}

/** The structured content if there is one, else the content, as JSON; pictures go beside it. */
function toldResult({ content, structuredContent }: CallResult): AgentToolResult {
  const images: string[] = [];
  const told = content.map((block) => {
    const url = imageUrl(block);
    if (url === undefined) return block;
    images.push(url);
    // As text, the bytes of a picture would fill the model's context and show it nothing.
    return { ...block, data: "(see the next message)" };
  });
  const output = JSON.stringify(structuredContent ?? told);
  return images.length === 0 ? { output } : { output, images };
}

const imageTypes = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);

function imageUrl(block: CallResult["content"][number]): string | undefined {
  const { type, data, mimeType } = block;
  if (type !== "image" || typeof data !== "string" || typeof mimeType !== "string")
    return undefined;
  return imageTypes.has(mimeType) ? `data:${mimeType};base64,${data}` : undefined;
}

function durationSince(started: number): CallEnd["duration"] {
  const ms = performance.now() - started;
  const secs = Math.floor(ms / 1000);
  return { secs, nanos: Math.round((ms - secs * 1000) * 1e6) };
}
