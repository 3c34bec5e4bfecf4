import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach } from "vitest";
import { mockModel, type Entry, type MockModel, type SeenRequest } from "./mock-model.ts";
import { PeerProcess, type Message } from "./peer-process.ts";
import { tempHome, type TempHome } from "./temp-home.ts";

export interface ScenarioOptions {
  script: readonly Entry[] | ((request: SeenRequest, n: number) => Entry);
  wire?: "responses" | "chat";
  /** Client capabilities; elicitation unless given. */
  capabilities?: object;
  protocolVersion?: string;
  /** Top-level lines of `config.toml`. */
  config?: string;
  /** Lines of the provider's table; no retries unless given. */
  provider?: string;
  /** The `plugins` member of a configuration file of its own. */
  plugins?: object;
  /** Its `host` member. */
  host?: object;
  /** Further arguments of the server, before which stands `mcp`. */
  args?: readonly string[];
  env?: Record<string, string>;
}

/** A server at work against a scripted model, initialized, in a folder of its own. */
export interface Scenario {
  peer: PeerProcess;
  model: MockModel;
  home: TempHome;
  /** Posts a call of the tool `codex` and gives its request id. */
  codex: (args: object) => number;
  dispose: () => Promise<void>;
}

/** Starts the built program against a scripted model and shakes hands. */
export async function scenario(options: ScenarioOptions): Promise<Scenario> {
  const model = await mockModel(options.script);
  const home = tempHome({
    baseUrl: model.url,
    ...(options.wire && { wire: options.wire }),
    ...(options.config !== undefined && { extra: options.config }),
    ...(options.provider !== undefined && { provider: options.provider }),
  });
  const pluginsFile = join(home.root, "plugins.config.json");
  writeFileSync(
    pluginsFile,
    JSON.stringify({ plugins: options.plugins ?? {}, host: options.host ?? {} }),
  );
  const peer = new PeerProcess(["mcp", "--plugins", pluginsFile, ...(options.args ?? [])], {
    cwd: home.workspace,
    env: { CODEX_HOME: home.home, ...options.env },
  });
  await peer.initialize(options.capabilities ?? { elicitation: {} }, options.protocolVersion);
  return {
    peer,
    model,
    home,
    codex: (args) =>
      peer.post("tools/call", { name: "codex", arguments: { cwd: home.workspace, ...args } }),
    async dispose() {
      await peer.dispose();
      await model.close();
      home.dispose();
    },
  };
}

/** A way to start scenarios in the tests of one file; what a test started ends with it. */
export function scenarios(
  defaults?: ScenarioOptions,
): (options?: Partial<ScenarioOptions>) => Promise<Scenario> {
  const running: Scenario[] = [];
  afterEach(async () => {
    for (const one of running.splice(0)) await one.dispose();
  });
  return async (options) => {
    const started = await scenario({ script: [], ...defaults, ...options });
    running.push(started);
    return started;
  };
}

/** The elicitation the server sends next, from message index `from` on. */
export function question(peer: PeerProcess, from = 0): Promise<Message> {
  return peer.waitFor((message) => message.method === "elicitation/create", from);
}

/** The text of a tool result's first block. */
export function textOf(answer: Message | undefined): string | undefined {
  const content = answer?.result?.["content"] as { text?: string }[] | undefined;
  return content?.[0]?.text;
}

/** The structured content of a tool result. */
export function structuredOf(answer: Message): Record<string, unknown> {
  return (answer.result?.["structuredContent"] ?? {}) as Record<string, unknown>;
}

/** The first output of a tool call that a model request carries, on either wire. */
export function toolOutput(request: SeenRequest): string {
  const input = (request.body["input"] ?? request.body["messages"]) as Record<string, unknown>[];
  const output = input.find(
    (item) => String(item["type"]).endsWith("_call_output") || item["role"] === "tool",
  );
  return String(output?.["output"] ?? output?.["content"]);
}

/** A model item that asks for a command. */
export function shellCall(
  command: readonly string[],
  more: object = {},
  id = "call_1",
): { call: string; arguments: object; id: string } {
  return { call: "shell", arguments: { command, ...more }, id };
}

/** A model item that asks for a patch of one added file, as the shell form that models use. */
export function patchCall(path: string, content: string): ReturnType<typeof shellCall> {
  const patch = `*** Begin Patch\n*** Add File: ${path}\n+${content}\n*** End Patch`;
  return shellCall(["apply_patch", patch]);
}
