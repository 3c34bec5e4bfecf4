import { arch, release, type } from "node:os";
import { userAgent } from "../../core/index.ts";
import type { Environment, Peer } from "../../core/index.ts";

/** As `initialize` tells it; before that, without a client. */
export function userAgentOf(environment: Environment, { name, version }: Peer): string {
  const system = `${type()} ${release()}; ${arch()}`;
  return userAgent(environment, { system, client: name === "" ? undefined : { name, version } });
}
