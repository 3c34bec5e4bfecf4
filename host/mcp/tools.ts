import {
  InternalError,
  InvalidParams,
  isConversationError,
  isRpcError,
  RpcError,
} from "../../core/errors.ts";
import { isJsonObject } from "../../core/json.ts";
import type { JsonObject } from "../../core/json.ts";
import { toolError } from "../../core/protocol/tool.ts";
import type { ToolResult } from "../../core/protocol/tool.ts";
import type { ContentBlock } from "../../core/wire/mcp.ts";
import type { Registry, RegisteredTool } from "../plugins/registry.ts";
import type { OpenCall } from "../rpc/calls.ts";
import type { Params } from "../rpc/envelope.ts";
import { guarded } from "../rpc/errors.ts";
import { RpcPeer } from "../rpc/peer.ts";
import { toJson } from "../rpc/serialize.ts";
import { Session } from "../rpc/session.ts";
import { inject, injectable, Registered, Values } from "../tokens.ts";
import type { HostValues } from "../tokens.ts";
import { Contexts } from "./contexts.ts";
import { page } from "./pages.ts";
import { stringMember } from "./params.ts";
import { shown } from "./shown.ts";
import { checkArguments } from "./tool-arguments.ts";
import { resultProblem } from "./tool-result.ts";

/** `tools/list` and `tools/call` (MCP 2025-11-25, server/tools). */
@injectable()
export class Tools {
  // The first page, made once for each revision: listing costs no promise and no schema.
  readonly #firstPages = new Map<string | undefined, string>();

  constructor(
    @inject(RpcPeer) private readonly peer: RpcPeer,
    @inject(Session) private readonly session: Session,
    @inject(Registered) private readonly registry: Registry,
    @inject(Contexts) private readonly contexts: Contexts,
    @inject(Values) private readonly values: Pick<HostValues, "options">,
  ) {}

  serve(): void {
    this.peer.serveReady("tools/list", (params) => this.#list(params), true);
    this.peer.serveReady("tools/call", (params) => {
      // A call that names no tool is refused at once.
      this.#named(params);
      return undefined;
    });
    this.peer.serve("tools/call", (params, call) => this.#call(params, call));
  }

  #list(params: Params): string {
    const isFirst = (params?.["cursor"] ?? undefined) === undefined;
    const known = isFirst ? this.#firstPages.get(this.session.revision) : undefined;
    if (known !== undefined) return known;
    const all = [...this.registry.tools.values()];
    const { entries, rest } = page(all, params, this.values.options?.pageSize);
    const text = toJson({ tools: entries.map((tool) => this.#shown(tool)), ...rest });
    if (isFirst) this.#firstPages.set(this.session.revision, text);
    return text;
  }

  #shown({ definition, inputSchema, outputSchema }: RegisteredTool): JsonObject {
    const { name, title, description, annotations } = definition;
    const hasTitle = this.session.has("2025-06-18");
    // Under 2025-03-26 the title had its place among the annotations.
    const hints = hasTitle ? { ...annotations } : { title, ...annotations };
    const annotated = this.session.has("2025-03-26") && Object.keys(hints).length > 0;
    return {
      name,
      ...(hasTitle && { title }),
      description,
      inputSchema,
      ...(hasTitle && outputSchema !== undefined && { outputSchema }),
      ...(annotated && { annotations: hints }),
    };
  }

  async #call(params: Params, call: OpenCall): Promise<object> {
    const tool = this.#named(params);
    const result = await guarded(tool, call, async () => {
      const checked = await checkArguments(tool, params?.["arguments"]);
      if (!checked.fit) return toolError(checked.text);
      return this.#run(tool, checked.args, { call, params });
    });
    const problem = await resultProblem(tool, result);
    if (problem === undefined) return this.#shaped(result);
    const message = `the tool ${JSON.stringify(tool.definition.name)} returned no valid result: ${problem}`;
    tool.log.error(message);
    throw new RpcError(InternalError, message);
  }

  /** The tool a call names; a call that is no proper call is an error of the protocol. */
  #named(params: Params): RegisteredTool {
    const name = stringMember(params, "name");
    const given = params?.["arguments"] ?? {};
    if (!isJsonObject(given)) throw new RpcError(InvalidParams, "arguments must be an object");
    const tool = this.registry.tools.get(name);
    if (tool !== undefined) return tool;
    throw new RpcError(InvalidParams, `unknown tool: ${shown(name)}`);
  }

  async #run(
    tool: RegisteredTool,
    args: unknown,
    { call, params }: { call: OpenCall; params: Params },
  ): Promise<ToolResult> {
    try {
      return await tool.handler(args, this.contexts.open(call, tool.log, params));
    } catch (error) {
      // Settings or a folder that do not hold are for the caller to mend, not a bug of the tool.
      if (isConversationError(error)) return toolError(error.message);
      if (call.abortReason !== undefined && !isRpcError(error)) {
        return toolError(`The call ended early: ${call.abortReason.message}.`);
      }
      throw error;
    }
  }

  /** Leaves out what the negotiated revision does not have. */
  #shaped(result: ToolResult): object {
    const { content, structuredContent, ...others } = result;
    const structured = this.session.has("2025-06-18") && structuredContent !== undefined;
    return {
      content: content.map((block) => this.#block(block)),
      ...(structured && { structuredContent }),
      ...others,
    };
  }

  #block(block: ContentBlock): ContentBlock {
    if (block.type === "resource_link" && !this.session.has("2025-06-18")) {
      return { type: "text", text: `${block.title ?? block.name}: ${block.uri}` };
    }
    if (block.type === "audio" && !this.session.has("2025-03-26")) {
      return { type: "text", text: `(audio, ${block.mimeType})` };
    }
    return block;
  }
}
