import type { Peer } from "../../core/plugin/call.ts";
import type { ClientCapabilities, Implementation, LegacyRevision } from "../../core/wire/mcp.ts";
import { injectable } from "../tokens.ts";

/** What `initialize` settled for the rest of the connection. */
@injectable()
export class Session {
  #revision: LegacyRevision | undefined;
  #peer: Peer = {
    name: "",
    version: "",
    title: undefined,
    protocolVersion: undefined,
    capabilities: {},
  };

  get peer(): Peer {
    return this.#peer;
  }

  /** `undefined` before `initialize` was answered. */
  get revision(): LegacyRevision | undefined {
    return this.#revision;
  }

  /** True when results may have what this revision brought; before `initialize` they may have all. */
  has(revision: LegacyRevision): boolean {
    // Revisions are dates, so the order of their text is the order of their time.
    return this.#revision === undefined || this.#revision >= revision;
  }

  open(revision: LegacyRevision, client: Implementation, capabilities: ClientCapabilities): void {
    this.#revision = revision;
    this.#peer = {
      name: client.name,
      version: client.version,
      title: client.title,
      protocolVersion: revision,
      capabilities,
    };
  }
}
