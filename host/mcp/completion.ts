import { InvalidParams, RpcError } from "../../core/errors.ts";
import { isJsonObject } from "../../core/json.ts";
import type { JsonObject } from "../../core/json.ts";
import type { CompletionTarget } from "../../core/protocol/resource.ts";
import { completionKey } from "../plugins/registry.ts";
import type { Registry } from "../plugins/registry.ts";
import type { OpenCall } from "../rpc/calls.ts";
import type { Params } from "../rpc/envelope.ts";
import { guarded } from "../rpc/errors.ts";
import { RpcPeer } from "../rpc/peer.ts";
import { inject, injectable, Registered } from "../tokens.ts";
import { Contexts } from "./contexts.ts";
import { objectMember, stringMember, stringsMember } from "./params.ts";
import { shown } from "./shown.ts";

const mostValues = 100;

/** `completion/complete` (MCP 2025-11-25, server/utilities/completion); served when there is any. */
@injectable()
export class Completion {
  constructor(
    @inject(RpcPeer) private readonly peer: RpcPeer,
    @inject(Registered) private readonly registry: Registry,
    @inject(Contexts) private readonly contexts: Contexts,
  ) {}

  serve(): void {
    if (this.registry.completions.size === 0) return;
    this.peer.serve("completion/complete", (params, call) => this.#complete(params, call));
  }

  async #complete(params: Params, call: OpenCall): Promise<JsonObject> {
    const argument = objectMember(params, "argument");
    const target = this.#target(objectMember(params, "ref"), stringMember(argument, "name"));
    const value = stringMember(argument, "value");
    const context = params?.["context"];
    const others = stringsMember(isJsonObject(context) ? context : undefined, "arguments");
    const owner = this.registry.completions.get(completionKey(target));
    if (owner === undefined) return { completion: { values: [], total: 0, hasMore: false } };
    const all = await guarded(owner, call, () =>
      owner.handler(value, others, this.contexts.open(call, owner.log, params)),
    );
    const values = all.slice(0, mostValues);
    const hasMore = all.length > mostValues;
    return { completion: { values, total: all.length, hasMore } };
  }

  #target(ref: JsonObject, argument: string): CompletionTarget {
    const { type } = ref;
    if (type === "ref/prompt") {
      const name = stringMember(ref, "name");
      if (this.registry.prompts.has(name)) return { type, name, argument };
      throw new RpcError(InvalidParams, `unknown prompt: ${shown(name)}`);
    }
    if (type === "ref/resource") {
      const uri = stringMember(ref, "uri");
      const { resources, resourceTemplates } = this.registry;
      if (resources.has(uri) || resourceTemplates.has(uri)) return { type, uri, argument };
      throw new RpcError(InvalidParams, `unknown resource: ${shown(uri)}`);
    }
    throw new RpcError(
      InvalidParams,
      `ref.type must be "ref/prompt" or "ref/resource", but is ${shown(type)}`,
    );
  }
}
