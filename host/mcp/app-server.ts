import { InvalidRequest, RpcError } from "../../core/errors.ts";
import type { JsonObject } from "../../core/json.ts";
import { legacyRevisions } from "../../core/wire/mcp.ts";
import type { Params } from "../rpc/envelope.ts";
import { RpcPeer } from "../rpc/peer.ts";
import { toJson } from "../rpc/serialize.ts";
import { Session } from "../rpc/session.ts";
import { inject, injectable, Values } from "../tokens.ts";
import type { HostValues } from "../tokens.ts";
import { objectMember, stringMember } from "./params.ts";
import { serverUserAgent } from "./user-agent.ts";

/** `initialize` in the dialect of app servers: the client's name in, the user agent out. */
@injectable()
export class AppServerHandshake {
  constructor(
    @inject(RpcPeer) private readonly peer: RpcPeer,
    @inject(Session) private readonly session: Session,
    @inject(Values) private readonly values: Pick<HostValues, "env" | "version">,
  ) {}

  serve(): void {
    this.peer.serveReady("initialize", (params) => toJson(this.#initialize(params)), true);
  }

  #initialize(params: Params): JsonObject {
    if (this.session.revision !== undefined) {
      throw new RpcError(InvalidRequest, "Already initialized");
    }
    const info = objectMember(params, "clientInfo");
    const name = stringMember({ "clientInfo.name": info["name"] }, "clientInfo.name");
    const version = stringMember({ "clientInfo.version": info["version"] }, "clientInfo.version");
    const title = typeof info["title"] === "string" ? { title: info["title"] } : {};
    // There are no revisions here; without one the client would count as unknown.
    this.session.open(legacyRevisions[0], { name, version, ...title }, {});
    return { userAgent: serverUserAgent(this.values, { name, version }) };
  }
}
