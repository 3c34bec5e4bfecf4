import { InvalidParams, RpcError } from "../../core/errors.ts";
import { isJsonObject } from "../../core/json.ts";
import { loggingLevels } from "../../core/wire/mcp.ts";
import type { LoggingLevel } from "../../core/wire/mcp.ts";
import type { LogFields } from "../../core/services/log.ts";
import { HostLog } from "../log.ts";
import type { Level, LogLine } from "../log.ts";
import type { Params } from "../rpc/envelope.ts";
import { RpcPeer } from "../rpc/peer.ts";
import { toJson } from "../rpc/serialize.ts";
import { Session } from "../rpc/session.ts";
import { inject, injectable } from "../tokens.ts";
import { stringMember } from "./params.ts";
import { shown } from "./shown.ts";

const linesPerSecond = 50;

const wireLevels: Readonly<Record<Level, LoggingLevel>> = {
  debug: "debug",
  info: "info",
  warn: "warning",
  error: "error",
};

/** `logging/setLevel` and what plugins log, as `notifications/message` (server/utilities/logging). */
@injectable()
export class Logging {
  #level: LoggingLevel = "warning";
  #secondStarted = 0;
  #sentThisSecond = 0;

  constructor(
    @inject(RpcPeer) private readonly peer: RpcPeer,
    @inject(Session) private readonly session: Session,
    @inject(HostLog) private readonly log: HostLog,
  ) {}

  serve(): void {
    this.peer.serveReady("logging/setLevel", (params) => this.#setLevel(params));
    this.log.follow((line) => this.#forward(line));
  }

  #setLevel(params: Params): string {
    const asked = stringMember(params, "level");
    const level = loggingLevels.find((each) => each === asked);
    if (level === undefined) {
      const known = loggingLevels.join(", ");
      throw new RpcError(InvalidParams, `level must be one of ${known}, but is ${shown(asked)}`);
    }
    this.#level = level;
    return "{}";
  }

  #forward({ plugin, level, message, fields }: LogLine): void {
    // The host's own lines are about this connection and stay on stderr.
    if (plugin === "host" || this.session.revision === undefined) return;
    const wire = wireLevels[level];
    if (loggingLevels.indexOf(wire) < loggingLevels.indexOf(this.#level)) return;
    if (!this.#hasRoom()) return;
    const data = { message, ...plainFields(fields) };
    this.peer.tell("notifications/message", { level: wire, logger: plugin, data });
  }

  #hasRoom(): boolean {
    const now = performance.now();
    if (now - this.#secondStarted >= 1000) {
      this.#secondStarted = now;
      this.#sentThisSecond = 0;
    }
    this.#sentThisSecond += 1;
    return this.#sentThisSecond <= linesPerSecond;
  }
}

/** Errors stay here: their text may hold what is nobody's business at the other end. */
function plainFields(fields: LogFields | undefined): LogFields {
  const plain = Object.entries(fields ?? {}).filter(([, value]) => !(value instanceof Error));
  try {
    const data: unknown = JSON.parse(toJson(Object.fromEntries(plain)));
    return isJsonObject(data) ? data : {};
  } catch {
    return {};
  }
}
