import { ResourceNotFound, RpcError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import type { Resource, ResourceTemplate } from "../../core/protocol/resource.ts";
import type { ResourceContents } from "../../core/wire/mcp.ts";
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
import { stringMember } from "./params.ts";
import { shown } from "./shown.ts";
import { matchTemplate } from "./uri-template.ts";

/** Listing and reading of resources (MCP 2025-11-25, server/resources); served when there are any. */
@injectable()
export class Resources {
  constructor(
    @inject(RpcPeer) private readonly peer: RpcPeer,
    @inject(Session) private readonly session: Session,
    @inject(Registered) private readonly registry: Registry,
    @inject(Contexts) private readonly contexts: Contexts,
    @inject(Values) private readonly values: Pick<HostValues, "options">,
  ) {}

  serve(): void {
    const { resources, resourceTemplates } = this.registry;
    if (resources.size + resourceTemplates.size === 0) return;
    const size = this.values.options?.pageSize;
    this.peer.serveReady("resources/list", (params) => {
      const { entries, rest } = page([...resources.values()], params, size);
      return toJson({
        resources: entries.map(({ definition }) => this.#shown(definition)),
        ...rest,
      });
    });
    this.peer.serveReady("resources/templates/list", (params) => {
      const { entries, rest } = page([...resourceTemplates.values()], params, size);
      const shown = entries.map(({ definition }) => this.#shown(definition));
      return toJson({ resourceTemplates: shown, ...rest });
    });
    this.peer.serve("resources/read", async (params, call) => ({
      contents: await this.#read(params, call),
    }));
  }

  #shown({ title, ...others }: Resource | ResourceTemplate): JsonObject {
    return { ...others, ...(title !== undefined && this.session.has("2025-06-18") && { title }) };
  }

  /** A fixed URI goes before templates, and these by the order of registration. */
  #read(params: Params, call: OpenCall): Promise<ResourceContents[]> {
    const uri = stringMember(params, "uri");
    const fixed = this.registry.resources.get(uri);
    if (fixed !== undefined) {
      return guarded(fixed, call, () => fixed.handler(this.contexts.open(call, fixed.log, params)));
    }
    for (const owner of this.registry.resourceTemplates.values()) {
      const variables = matchTemplate(owner.definition.uriTemplate, uri);
      if (variables === undefined) continue;
      return guarded(owner, call, () =>
        owner.handler(variables, this.contexts.open(call, owner.log, params)),
      );
    }
    throw new RpcError(ResourceNotFound, `unknown resource: ${shown(uri)}`, { uri });
  }
}
