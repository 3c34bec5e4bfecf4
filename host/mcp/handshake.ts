import { InvalidRequest, RpcError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import { legacyRevisions } from "../../core/wire/mcp.ts";
import type { LegacyRevision } from "../../core/wire/mcp.ts";
import type { Registry } from "../plugins/registry.ts";
import type { Params } from "../rpc/envelope.ts";
import { RpcPeer } from "../rpc/peer.ts";
import { toJson } from "../rpc/serialize.ts";
import { Session } from "../rpc/session.ts";
import { inject, injectable, Registered, Values } from "../tokens.ts";
import type { HostValues } from "../tokens.ts";
import { objectMember, stringMember } from "./params.ts";
import { serverUserAgent } from "./user-agent.ts";

/** `initialize` and `ping` (MCP 2025-11-25, basic/lifecycle). */
@injectable()
export class Handshake {
  constructor(
    @inject(RpcPeer) private readonly peer: RpcPeer,
    @inject(Session) private readonly session: Session,
    @inject(Registered) private readonly registry: Registry,
    @inject(Values) private readonly values: Pick<HostValues, "env" | "version">,
  ) {}

  serve(): void {
    this.peer.serveReady("ping", () => "{}", true);
    this.peer.serveReady("initialize", (params) => toJson(this.#initialize(params)), true);
  }

  #initialize(params: Params): JsonObject {
    if (this.session.revision !== undefined) {
      throw new RpcError(InvalidRequest, "initialize called more than once");
    }
    const asked = stringMember(params, "protocolVersion");
    const capabilities = objectMember(params, "capabilities");
    const info = objectMember(params, "clientInfo");
    const name = stringMember({ "clientInfo.name": info["name"] }, "clientInfo.name");
    const version = stringMember({ "clientInfo.version": info["version"] }, "clientInfo.version");
    const title = typeof info["title"] === "string" ? { title: info["title"] } : {};
    const revision = settle(asked);
    this.session.open(revision, { name, version, ...title }, capabilities);
    return {
      protocolVersion: revision,
      capabilities: this.#capabilities(),
      serverInfo: {
        name: "codex-mcp-server",
        title: "Codex",
        version: this.values.version,
        user_agent: serverUserAgent(this.values, { name, version }),
      },
    };
  }

  /** Exactly what is there. Lists never change while the process lives. */
  #capabilities(): JsonObject {
    const { tools, prompts, resources, resourceTemplates, completions, methods } = this.registry;
    const completes = completions.size > 0 && this.session.has("2025-03-26");
    return {
      logging: {},
      ...(tools.size > 0 && { tools: { listChanged: false } }),
      ...(prompts.size > 0 && { prompts: { listChanged: false } }),
      ...(resources.size + resourceTemplates.size > 0 && { resources: { listChanged: false } }),
      ...(completes && { completions: {} }),
      ...(methods.size > 0 && { experimental: { portico: { methods: [...methods.keys()] } } }),
    };
  }
}

/** The revision asked for if it is served, else our newest; the client leaves if it is unhappy. */
function settle(asked: string): LegacyRevision {
  return legacyRevisions.find((revision) => revision === asked) ?? legacyRevisions[0];
}
