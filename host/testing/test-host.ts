import { PassThrough } from "node:stream";
import type { JsonObject, JsonValue } from "../../core/json.ts";
import type { Plugin } from "../../core/plugin/plugin.ts";
import type { Settings } from "../../core/services/settings.ts";
import type { ClientCapabilities, LegacyRevision } from "../../core/wire/mcp.ts";
import type { PluginEntry } from "../config/plugins.ts";
import { serveHost } from "../host.ts";
import type { BootedPlugins, HostOptions } from "../host.ts";
import { bootPlugins } from "../plugins/boot.ts";
import type { Registry } from "../plugins/registry.ts";
import { TestClient } from "./client.ts";
import type { Heard, Responder } from "./client.ts";

/** A plugin, alone or with the options its configuration would give it. */
export type Tested = Plugin | { readonly plugin: Plugin; readonly options: JsonObject };

export interface TestHostRequest {
  /** In their order; what one needs, another must provide. */
  readonly plugins: readonly Tested[];
  readonly clientCapabilities?: ClientCapabilities;
  readonly protocolVersion?: LegacyRevision;
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** What `config.toml` says; by default nothing. */
  readonly settings?: JsonObject;
  readonly options?: HostOptions;
  /** Results of questions to the person, one after the other; after the last, the rest is declined. */
  readonly answers?: readonly JsonObject[];
}

/** A host in this process, introduced to a client; nothing is mocked but the streams. */
export interface TestHost {
  /** What the plugins registered. */
  readonly registry: Registry;
  /** The answer to `initialize`. */
  readonly initialized: JsonValue;
  /** Rejects with an `RpcError` when the answer is an error; an aborted signal cancels the request. */
  request(method: string, params?: JsonObject, signal?: AbortSignal): Promise<JsonValue>;
  callTool(name: string, args?: JsonObject, signal?: AbortSignal): Promise<JsonValue>;
  notify(method: string, params?: JsonObject): void;
  /** Every notification so far, in order. */
  readonly notifications: readonly Heard[];
  /** Answers questions to the person from now on. */
  onAsk(answer: Responder): void;
  /** Answers another request of the host from now on. */
  onRequest(method: string, answer: Responder): void;
  /** Everything logged so far, as lines of JSON. */
  log(): string;
  /** Ends the input and waits for the host's end; resolves with its exit code. */
  close(): Promise<number>;
}

/** Starts the plugins and does the handshake. Rejects with a `HostError` when one does not start. */
export async function createTestHost(request: TestHostRequest): Promise<TestHost> {
  const client = new TestClient();
  const answers = [...(request.answers ?? [])];
  client.respond("elicitation/create", () => answers.shift() ?? { action: "decline" });
  const stderr = new PassThrough();
  const logged: string[] = [];
  stderr.setEncoding("utf8").on("data", (text: string) => logged.push(text));
  const booted = Promise.withResolvers<BootedPlugins>();
  const boot = bootOf(request);
  const code = serveHost({
    stdin: client.stdin,
    stdout: client.stdout,
    stderr,
    env: { PORTICO_LOG: "debug", ...request.env },
    cwd: request.cwd ?? process.cwd(),
    version: "0.0.0-test",
    boot: async (seams) => {
      const plugins = await boot(seams);
      booted.resolve(plugins);
      return plugins;
    },
    ...(request.options && { options: request.options }),
  });
  const ended = code.then(
    () => new Error("the host has ended"),
    (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
  );
  // The host never ends before its input, unless it does not start.
  void ended.then((error) => client.end(error));
  void ended.then((error) => booted.reject(error));
  const { registry } = await booted.promise;
  const initialized = await introduce(client, request);
  return {
    registry,
    initialized,
    request: (method, params, signal) => client.request(method, params, signal),
    callTool: (name, args = {}, signal) =>
      client.request("tools/call", { name, arguments: args }, signal),
    notify: (method, params) => client.notify(method, params),
    notifications: client.notifications,
    onAsk: (answer) => client.respond("elicitation/create", answer),
    onRequest: (method, answer) => client.respond(method, answer),
    log: () => logged.join(""),
    close: () => {
      client.stdin.end();
      return code;
    },
  };
}

async function introduce(client: TestClient, request: TestHostRequest): Promise<JsonValue> {
  const initialized = await client.request("initialize", {
    protocolVersion: request.protocolVersion ?? "2025-11-25",
    capabilities: request.clientCapabilities ?? { elicitation: {} },
    clientInfo: { name: "portico-testing", version: "1.0.0" },
  });
  client.notify("notifications/initialized");
  return initialized;
}

/** The plugins as if they came with the program: none is looked up, and one that fails stops all. */
function bootOf({ plugins, settings = {}, cwd = process.cwd() }: TestHostRequest) {
  const tested = plugins.map((each) => ("plugin" in each ? each : { plugin: each, options: {} }));
  const builtins = Object.fromEntries(
    tested.map(({ plugin }) => [plugin.name, () => Promise.resolve({ default: plugin })]),
  );
  const entries = tested.map(({ plugin, options }): PluginEntry => ({
    specifier: plugin.name,
    kind: "built-in",
    enabled: true,
    required: true,
    options,
  }));
  const service: Settings = {
    home: cwd,
    load: () => Promise.resolve({ values: settings, profile: undefined, source: () => "the test" }),
  };
  const configuration = { file: undefined, folder: cwd, entries };
  return bootPlugins({ configuration, builtins, settings: service, prebuilt: {} });
}
