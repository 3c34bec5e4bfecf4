import type { Client, Environment, LogFields } from "../../core/index.ts";
import type { BootSeams } from "../../host/tokens.ts";

/** What a host gives its plugins, without a client behind it; log lines are kept. */
export function testSeams(options: { signal?: AbortSignal } = {}): BootSeams & {
  readonly lines: string[];
} {
  const lines: string[] = [];
  const line = (plugin: string, level: string) => (message: string, _fields?: LogFields) =>
    void lines.push(`${plugin} ${level}: ${message}`);
  const client: Client = {
    peer: {
      name: "",
      version: "",
      title: undefined,
      protocolVersion: undefined,
      capabilities: {},
    },
    request: () => Promise.reject(new Error("there is no client")),
    notify: () => undefined,
    ready: () => undefined,
  };
  const environment: Environment = { env: {}, cwd: "/", version: "0.0.0" };
  return {
    client,
    environment,
    lines,
    log: {
      for: (plugin) => ({
        debug: line(plugin, "debug"),
        info: line(plugin, "info"),
        warn: line(plugin, "warn"),
        error: line(plugin, "error"),
      }),
    },
    signal: options.signal ?? new AbortController().signal,
  };
}
