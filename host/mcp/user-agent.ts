import type { Environment } from "../../core/plugin/plugin.ts";
import { userAgent } from "../../core/user-agent.ts";
import { systemName } from "../system.ts";

/** What this server tells its client of itself and of it. */
export function serverUserAgent(
  { env, version }: Pick<Environment, "env" | "version">,
  client: { readonly name: string; readonly version: string },
): string {
  return userAgent({ env, version, system: systemName() }, { program: "portico", client });
}
