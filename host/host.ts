import { composeHost } from "./compose.ts";
import type { HostValues } from "./tokens.ts";

export type { Boot, BootedPlugins, BootSeams, HostOptions, HostValues } from "./tokens.ts";

/**
 * Serves one client over the given streams until the end of input, a signal or a broken pipe, and
 * resolves with the exit code. Rejects with the `HostError` that stopped the plugins from starting.
 * Everything is written by then: the process may exit at once.
 */
export async function serveHost(values: HostValues): Promise<number> {
  return composeHost(values).serve();
}
