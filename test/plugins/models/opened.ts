import { onTestFinished } from "vitest";
import type {
  JsonObject,
  Model,
  ModelEvent,
  ModelQuery,
  ModelRequest,
  ResponseItem,
  SettingsTree,
} from "../../../core/index.ts";
import { Store } from "../../../plugins/auth/store.ts";
import { createModels, type World } from "../../../plugins/models/models.ts";

/** Lines that the log got, as `level: message`. */
export type Lines = string[];

export interface Setup {
  readonly env?: Record<string, string>;
  readonly home?: string;
  readonly cwd?: string;
  readonly localPorts?: readonly number[];
  readonly lines?: Lines;
  /** The plugin that knows who is signed in is switched off. */
  readonly withoutAuth?: boolean;
  /** What the program's own settings say, beside those of a conversation. */
  readonly settings?: JsonObject;
}

/** What the plugin knows of the process, without a network of its own to look at. */
export function world(setup: Setup = {}): World {
  const lines = setup.lines ?? [];
  const line = (level: string) => (message: string) => void lines.push(`${level}: ${message}`);
  const environment = {
    env: setup.env ?? {},
    cwd: setup.cwd ?? "/nowhere",
    version: "1.2.3",
    system: "Debian 12.0.0; x86_64",
  };
  const log = {
    debug: line("debug"),
    info: line("info"),
    warn: line("warn"),
    error: line("error"),
  };
  const home = setup.home ?? "/nowhere";
  const plain = { home, load: () => Promise.resolve(settings(setup.settings)) };
  const { signal } = new AbortController();
  return {
    environment,
    log,
    home,
    credentials:
      setup.withoutAuth === true
        ? undefined
        : new Store({ settings: plain, environment, log, signal }),
    localPorts: setup.localPorts ?? [],
  };
}

export function settings(values: JsonObject = {}): SettingsTree {
  return { values, profile: undefined, source: () => "config.toml" };
}

/** Settings that name one provider at `url`; retries are off unless `extra` says otherwise. */
export function at(url: string, extra: JsonObject = {}, more: JsonObject = {}): JsonObject {
  const provider = {
    name: "mock",
    base_url: url,
    wire_api: "responses",
    request_max_retries: 0,
    stream_max_retries: 0,
    ...extra,
  };
  return {
    model: "mock-model",
    model_provider: "mock",
    model_providers: { mock: provider },
    ...more,
  };
}

/** The service, closed when the test ends. */
export function models(setup: Setup = {}) {
  const service = createModels(world(setup));
  onTestFinished(() => service.close());
  return service;
}

export async function open(
  values: JsonObject,
  setup: Setup = {},
  query: Partial<ModelQuery> = {},
): Promise<Model> {
  return models(setup).open({ settings: settings(values), conversationId: "c-1", ...query });
}

export function user(text: string): ResponseItem {
  return { type: "message", role: "user", content: [{ type: "input_text", text }] };
}

export function request(over: Partial<ModelRequest> = {}): ModelRequest {
  return {
    instructions: "Be brief.",
    input: [user("hello")],
    tools: [],
    parallelToolCalls: false,
    effort: undefined,
    summary: "auto",
    verbosity: undefined,
    outputSchema: undefined,
    ...over,
  };
}

/** All events of one answer. */
export async function ask(
  model: Model,
  over: Partial<ModelRequest> = {},
  signal: AbortSignal = new AbortController().signal,
): Promise<ModelEvent[]> {
  const events: ModelEvent[] = [];
  for await (const batch of model.stream(request(over), signal)) events.push(...batch);
  return events;
}

/** The failure that an answer ended with. */
export function failure(events: readonly ModelEvent[]) {
  const last = events.at(-1);
  return last?.type === "failed" ? last.failure : undefined;
}

export function items(events: readonly ModelEvent[]): ResponseItem[] {
  return events.flatMap((event) => (event.type === "item" ? [event.item] : []));
}
