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
      if (typeof id === "number" && !Number.isSafeInteger(id)) this.#cancelLarge(id);
      else if (typeof id === "number" || typeof id === "string") this.calls.cancel(id);
    });
  }

  /** Params keep such an id as the number next to it: it means the one call that it can mean. */
  #cancelLarge(id: number): void {
    const meant = this.calls
      .all()
      .filter((call) => typeof call.id === "bigint" && Number(call.id) === id);
    if (meant.length === 1) meant[0]?.cancel();
  }
}
