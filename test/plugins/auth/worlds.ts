import type { JsonObject } from "../../../core/index.ts";
import type { World } from "../../../plugins/auth/store.ts";

export interface Setup {
  readonly home: string;
  readonly values?: JsonObject;
  readonly env?: Record<string, string>;
  readonly signal?: AbortSignal;
  /** Gets what is logged, as `level: message`. */
  readonly lines?: string[];
}

/** What the plugin knows of a process. */
export function world({ home, values = {}, env = {}, signal, lines = [] }: Setup): World {
  const line = (level: string) => (message: string) => void lines.push(`${level}: ${message}`);
  const tree = { values, profile: undefined, source: () => undefined };
  return {
    settings: { home, load: () => Promise.resolve(tree) },
    environment: { env, cwd: home, version: "1.2.3" },
    log: { debug: line("debug"), info: line("info"), warn: line("warn"), error: line("error") },
    signal: signal ?? new AbortController().signal,
  };
}

/** Settings for an issuer. */
export function at(url: string): JsonObject {
  return { auth: { issuer: url, client_id: "test-client", port: 0 } };
}
