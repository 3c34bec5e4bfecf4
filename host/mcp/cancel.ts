import { Calls } from "../rpc/calls.ts";
import { RpcPeer } from "../rpc/peer.ts";
import { inject, injectable } from "../tokens.ts";

/** `notifications/cancelled` of the client (MCP 2025-11-25, basic/utilities/cancellation). */
@injectable()
export class Cancelling {
  constructor(
    @inject(RpcPeer) private readonly peer: RpcPeer,
    @inject(Calls) private readonly calls: Calls,
  ) {}

  serve(): void {
    this.peer.listen("notifications/cancelled", (params) => {
      const id = params?.["requestId"];
      if (typeof id === "string" || typeof id === "number") this.calls.cancel(id);
    });
  }
}
