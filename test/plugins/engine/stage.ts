import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { ConversationError } from "../../../core/index.ts";
import type {
  ApprovalAnswer,
  ApprovalRequest,
  Conversation,
  ConversationEvent,
  ConversationRequest,
  EventMsg,
  JsonObject,
  Log,
  Model,
  ModelEvent,
  ModelRequest,
  ModelTraits,
  ResponseItem,
  Submission,
  TaskOutcome,
  TokenUsage,
} from "../../../core/index.ts";
import { LiveConversations } from "../../../plugins/engine/conversations.ts";
import type { Surroundings } from "../../../plugins/engine/surroundings.ts";
import { AgentToolRegistry } from "../../../plugins/engine/tools/registry.ts";
import { Residents, type ResidentLimits } from "../../../plugins/engine/residents.ts";

/** One answer of the model: its events, or a function that streams them. */
export type Script = readonly (readonly ModelEvent[] | Streamed)[];
export type Streamed = (
  request: ModelRequest,
  signal: AbortSignal,
) => AsyncIterable<readonly ModelEvent[]>;

export interface StageOptions {
  readonly script?: Script;
  /** `config.toml` as a tree. */
  readonly config?: JsonObject;
  readonly request?: ConversationRequest;
  readonly traits?: Partial<ModelTraits>;
  /** Models beside the one that is there, by name; any other one cannot be had. */
  readonly otherModels?: Readonly<Record<string, Partial<ModelTraits>>>;
  readonly streamMaxRetries?: number;
  readonly env?: Record<string, string>;
  /** Adds tools for the model. */
  readonly agentTools?: (registry: AgentToolRegistry) => void;
  /** Answers questions of tools; left out: nobody can be asked. */
  readonly ask?: Submission["ask"];
  readonly residents?: Partial<ResidentLimits>;
  /** Answers questions, each with the next; left out: any question fails the test. */
  readonly answers?: readonly (
    | ApprovalAnswer
    | ((request: ApprovalRequest) => Promise<ApprovalAnswer>)
  )[];
}

/** A conversation of the real engine with a model that speaks by a script. */
export interface Stage {
  readonly root: string;
  readonly home: string;
  readonly workspace: string;
  readonly conversations: LiveConversations;
  readonly conversation: Conversation;
  readonly requests: ModelRequest[];
  readonly questions: ApprovalRequest[];
  readonly questionSignals: AbortSignal[];
  readonly events: ConversationEvent[];
  readonly complaints: string[];
  /** Sends a text and waits for the outcome. */
  say(text: string, options?: Partial<Submission>): Promise<TaskOutcome>;
  /** The first event of a type from now or before, once it is there. */
  seen<T extends EventMsg["type"]>(type: T): Promise<EventMsg & { type: T }>;
}

export interface Folders {
  readonly root: string;
  readonly home: string;
  readonly workspace: string;
}

/** A home and a workspace beside each other; gone when the test ends. */
export function folders(): Folders {
  const root = realpathSync(mkdtempSync(join(tmpdir(), "portico-engine-")));
  const [home, workspace] = [join(root, "home"), join(root, "work")];
  mkdirSync(home);
  mkdirSync(workspace);
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  return { root, home, workspace };
}

export async function stage(
  options: StageOptions = {},
  place: Folders = folders(),
): Promise<Stage> {
  const model = scriptedModel(options);
  const complaints: string[] = [];
  const conversations = engine(options, { place, model, complaints });
  const conversation = await conversations.start({ cwd: place.workspace, ...options.request });
  const events: ConversationEvent[] = [];
  const watchers = new Set<() => void>();
  conversation.subscribe({
    event: (event) => {
      events.push(event);
      for (const watcher of watchers) watcher();
    },
  });
  const questions: ApprovalRequest[] = [];
  const questionSignals: AbortSignal[] = [];
  const approve = (request: ApprovalRequest, signal: AbortSignal) => {
    const answer = options.answers?.[questions.length];
    questions.push(request);
    questionSignals.push(signal);
    if (answer === undefined) throw new Error("nobody expected a question");
    return typeof answer === "function" ? answer(request) : Promise.resolve(answer);
  };
  return {
    ...place,
    conversations,
    conversation,
    requests: model.requests,
    questions,
    questionSignals,
    events,
    complaints,
    say: (text, more) =>
      conversation.submit({
        items: [{ type: "text", text }],
        approve,
        ...(options.ask !== undefined && { ask: options.ask }),
        ...more,
      }).outcome,
    async seen<T extends EventMsg["type"]>(type: T) {
      for (;;) {
        const found = events.map(({ msg }) => msg).find((msg) => msg.type === type);
        if (found !== undefined) return found as EventMsg & { type: T };
        const { promise, resolve } = Promise.withResolvers<void>();
        watchers.add(resolve);
        await promise;
        watchers.delete(resolve);
      }
    },
  };
}

/** The service alone, closed when the test ends. */
export function engine(
  options: StageOptions,
  parts: { place: Folders; model: Model; complaints: string[] },
): LiveConversations {
  const conversations = new LiveConversations(surroundings(options, parts));
  onTestFinished(() => conversations.close());
  return conversations;
}

/** What the engine stands on. */
export function surroundings(
  options: StageOptions,
  parts: { place: Folders; model: Model; complaints: string[] },
): Surroundings {
  const { place, model, complaints } = parts;
  const complain = (text: string) => void complaints.push(text);
  const log: Log = { debug: () => {}, info: () => {}, warn: complain, error: complain };
  return {
    settings: {
      home: place.home,
      load: (request) =>
        Promise.resolve({
          values: { ...options.config, ...request?.config },
          profile: undefined,
          source: () => undefined,
        }),
    },
    models: {
      open: async ({ model: name }) => otherModel(options, model, name),
      add: () => {},
    },
    agentTools: registryOf(options),
    environment: {
      env: { PATH: process.env["PATH"], HOME: place.home, ...options.env },
      cwd: place.workspace,
      version: "9.9.9",
    },
    log,
    residents: new Residents({ idleMs: 1_800_000, idleCount: 32, ...options.residents }),
  };
}

function registryOf(options: StageOptions): AgentToolRegistry {
  const registry = new AgentToolRegistry();
  options.agentTools?.(registry);
  return registry;
}

/** Goes by the same script. */
function otherModel({ otherModels = {} }: StageOptions, model: Model, name?: string): Model {
  if (name === undefined || name === model.name) return model;
  const traits = otherModels[name];
  if (traits === undefined) throw new ConversationError("settings", `unknown model: "${name}"`);
  return { ...model, name, traits: { ...model.traits, ...traits } };
}

export interface ScriptedModel extends Model {
  readonly requests: ModelRequest[];
}

export function scriptedModel(options: StageOptions): ScriptedModel {
  const requests: ModelRequest[] = [];
  return {
    requests,
    name: "scripted",
    provider: "test",
    why: "the test says so",
    traits: {
      reasoning: true,
      verbosity: true,
      patchManual: false,
      patchTool: "none",
      shellTool: "shell",
      contextWindow: 1000,
      autoCompactLimit: undefined,
      ...options.traits,
    },
    streamMaxRetries: options.streamMaxRetries ?? 0,
    async *stream(request, signal) {
      const step = options.script?.[requests.length] ?? [fail("the script is over")];
      requests.push(structuredClone(request));
      if (typeof step === "function") yield* step(request, signal);
      else yield step;
    },
  };
}

export const noLimits = { primary: null, secondary: null };
export const started: ModelEvent = { type: "started", rateLimits: noLimits };
export const usage: TokenUsage = {
  input_tokens: 10,
  cached_input_tokens: 4,
  output_tokens: 5,
  reasoning_output_tokens: 2,
  total_tokens: 15,
};
export const completed: ModelEvent = { type: "completed", usage };

export function item(value: ResponseItem): ModelEvent {
  return { type: "item", item: value };
}

export function message(text: string): ModelEvent {
  return item({ type: "message", role: "assistant", content: [{ type: "output_text", text }] });
}

/** A whole answer of one text. */
export function text(value: string): readonly ModelEvent[] {
  return [started, message(value), completed];
}

export function call(name: string, args: object | string, id = "call_1"): ModelEvent {
  const value = typeof args === "string" ? args : JSON.stringify(args);
  return item({ type: "function_call", name, arguments: value, call_id: id });
}

export function shell(command: readonly string[], more: object = {}, id = "call_1"): ModelEvent {
  return call("shell", { command, ...more }, id);
}

/** A whole answer of some calls. */
export function calls(...items: readonly ModelEvent[]): readonly ModelEvent[] {
  return [started, ...items, completed];
}

export function fail(why: string, more: object = { retryable: false }): ModelEvent {
  return { type: "failed", failure: { message: why, retryable: true, ...more } };
}

/** Yields some events, then nothing more until it is aborted. */
export function hanging(...events: readonly ModelEvent[]): Streamed {
  return async function* (_request, signal) {
    yield events;
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  };
}

/** The texts of messages in a request, in order. */
export function wordsIn(request: ModelRequest | undefined): string[] {
  return (request?.input ?? []).flatMap((entry) =>
    entry.type === "message"
      ? entry.content.flatMap((part) => ("text" in part ? [part.text] : []))
      : [],
  );
}

/** Names of events in order; output deltas that follow each other count once. */
export function order(events: readonly ConversationEvent[]): string[] {
  return events
    .map(({ msg }) => msg.type)
    .filter((type, at, all) => type !== "exec_command_output_delta" || all[at - 1] !== type);
}

/** What the model was told of its calls in this request. */
export function outputs(request: ModelRequest | undefined): string[] {
  return (request?.input ?? []).flatMap((entry) => ("output" in entry ? [entry.output] : []));
}

export function write(folder: string, name: string, content: string | Buffer): string {
  const path = join(folder, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, content);
  return path;
}
