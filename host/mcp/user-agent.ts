import { arch, release, type as osType } from "node:os";
import type { Environment } from "../../core/plugin/plugin.ts";
import { userAgent } from "../../core/user-agent.ts";

/** What this server tells its client of itself and of it. */
export function serverUserAgent(
  environment: Pick<Environment, "env" | "version">,
  client: { readonly name: string; readonly version: string },
): string {
  return userAgent(environment, { system: `${osType()} ${release()}; ${arch()}`, client });
}
