import type { Call } from "../../core/plugin/call.ts";
import type { Log } from "../../core/services/log.ts";
import type { OpenCall } from "../rpc/calls.ts";
import type { Params } from "../rpc/envelope.ts";
import { RpcPeer } from "../rpc/peer.ts";
import { Session } from "../rpc/session.ts";
import { inject, injectable } from "../tokens.ts";
import { Asking } from "./ask.ts";
import { progressToken, trackProgress } from "./progress.ts";

/** Makes what a plugin's handler gets for one request. */
@injectable()
export class Contexts {
  constructor(
    @inject(RpcPeer) private readonly peer: RpcPeer,
    @inject(Session) private readonly session: Session,
    @inject(Asking) private readonly asking: Asking,
  ) {}

  open(call: OpenCall, log: Log, params: Params): Call {
    return {
      requestId: call.id,
      get signal() {
        return call.signal;
      },
      client: this.peer,
      log,
      afterAnswer: (run) => call.afterAnswer(run),
      progress: this.#progress(call, params),
      wantsProgress: progressToken(params) !== undefined,
      ask: (question) => this.asking.ask(question, call),
    };
  }

  #progress(call: OpenCall, params: Params): Call["progress"] {
    const token = progressToken(params);
    if (token === undefined) return () => undefined;
    const hasMessage = this.session.has("2025-03-26");
    return trackProgress(call, ({ message, ...amount }) => {
      const text = hasMessage && message !== undefined ? { message } : {};
      this.peer.tell("notifications/progress", { progressToken: token, ...amount, ...text });
    });
  }
}
