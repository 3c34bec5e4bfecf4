import { InvalidParams, RpcError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import type { Prompt, PromptResult } from "../../core/protocol/prompt.ts";
import type { Registry } from "../plugins/registry.ts";
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
import { stringMember, stringsMember } from "./params.ts";
import { shown } from "./shown.ts";

/** `prompts/list` and `prompts/get` (MCP 2025-11-25, server/prompts); served when there are any. */
@injectable()
export class Prompts {
  constructor(
    @inject(RpcPeer) private readonly peer: RpcPeer,
    @inject(Session) private readonly session: Session,
    @inject(Registered) private readonly registry: Registry,
    @inject(Contexts) private readonly contexts: Contexts,
    @inject(Values) private readonly values: Pick<HostValues, "options">,
  ) {}

  serve(): void {
    if (this.registry.prompts.size === 0) return;
    this.peer.serveReady("prompts/list", (params) => toJson(this.#list(params)));
    this.peer.serve("prompts/get", (params, call) => this.#get(params, call));
  }

  #list(params: Params): JsonObject {
    const all = [...this.registry.prompts.values()];
    const { entries, rest } = page(all, params, this.values.options?.pageSize);
    return { prompts: entries.map(({ definition }) => this.#shown(definition)), ...rest };
  }

  #shown({ name, title, description, arguments: args }: Prompt): JsonObject {
    const titled = this.session.has("2025-06-18");
    return {
      name,
      ...(titled && title !== undefined && { title }),
      description,
      ...(args !== undefined && {
        arguments: args.map(({ title: argumentTitle, ...argument }) => ({
          ...argument,
          ...(titled && argumentTitle !== undefined && { title: argumentTitle }),
        })),
      }),
    };
  }

  async #get(params: Params, call: OpenCall): Promise<PromptResult> {
    const name = stringMember(params, "name");
    const owner = this.registry.prompts.get(name);
    if (owner === undefined) {
      throw new RpcError(InvalidParams, `unknown prompt: ${shown(name)}`);
    }
    const args = stringsMember(params, "arguments");
    for (const argument of owner.definition.arguments ?? []) {
      if (argument.required !== true || args[argument.name] !== undefined) continue;
      throw new RpcError(InvalidParams, `the prompt ${name} needs the argument ${argument.name}`);
    }
    return guarded(owner, call, () =>
      owner.handler(args, this.contexts.open(call, owner.log, params)),
    );
  }
}
