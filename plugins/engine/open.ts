import { type Stats, statSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  ConversationError,
  errorMessage,
  maxNestingDepth,
  nestingDepth,
} from "../../core/index.ts";
import type {
  ConversationEvent,
  ConversationRequest,
  Environment,
  EventOf,
  Log,
  Model,
  Models,
  ResponseItem,
  Settings,
  SettingsTree,
} from "../../core/index.ts";
import { LiveConversation } from "./conversation.ts";
import { loginShell } from "./exec/login-shell.ts";
import type { Residents } from "./residents.ts";
import { historyLog, type HistoryLog } from "./rollout/history-log.ts";
import { openRecorder, type Recording } from "./rollout/open.ts";
import type { Recorder } from "./rollout/recorder.ts";
import { openSandbox } from "./sandbox/index.ts";
import { readSettings, type EngineSettings } from "./settings.ts";
import { Approvals } from "./tools/approvals.ts";
import { offeredTools } from "./tools/offered.ts";
import type { AgentToolRegistry } from "./tools/registry.ts";
import { openToolkit, type Toolkit } from "./tools/toolkit.ts";
import { environmentBlock } from "./turn/environment-block.ts";
import { History } from "./turn/history.ts";
import { userInstructions } from "./turn/project-docs.ts";
import { instructionsFor, instructionsFromFile, openingMessages } from "./turn/prompt.ts";
import type { Session } from "./turn/task.ts";
import { Usage } from "./turn/usage.ts";
import { uuidV7 } from "./uuid.ts";

/** What the engine stands on. */
export interface Surroundings {
  readonly settings: Settings;
  readonly models: Models;
  readonly agentTools: AgentToolRegistry;
  readonly environment: Environment;
  readonly log: Log;
  readonly residents: Residents;
}

/** Opens a conversation; rejects with `ConversationError` and leaves nothing behind then. */
export async function openConversation(
  surroundings: Surroundings,
  request: ConversationRequest,
  signal?: AbortSignal,
): Promise<LiveConversation> {
  refuseDepth(nestingDepth(surroundings.environment.env));
  const { home } = surroundings.settings;
  const plan = await planOf(surroundings, { request, id: uuidV7() }, signal);
  return assemble(plan, signal, (parts) => {
    // The record is the only thing a start leaves on the disk, so it comes last.
    const recorder = openRecorder({
      home,
      environment: surroundings.environment,
      request,
      log: surroundings.log,
      conversation: recordedPart(plan),
      userInstructions: parts.prompt.userInstructions,
    });
    const session = sessionOf(plan, parts, recorder);
    session.history.append(openingOf(plan, parts.prompt));
    const configured = configuredEvent(plan, recorder, parts.log);
    const startEvents = [configured, ...problemEvents(parts.toolkit)];
    return new LiveConversation(session, startEvents, surroundings.residents);
  });
}

/** What a conversation is put together from. */
interface Parts {
  readonly prompt: Prompt;
  readonly log: HistoryLog;
  readonly toolkit: Toolkit;
}

/** Gathers the parts and builds; what was opened is closed again when nothing comes of it. */
export async function assemble(
  plan: Plan,
  signal: AbortSignal | undefined,
  build: (parts: Parts) => LiveConversation,
): Promise<LiveConversation> {
  const { surroundings, id, cwd, tree } = plan;
  const opening = openToolkit(
    surroundings.agentTools,
    { id, cwd, settings: tree, ...(signal !== undefined && { signal }) },
    surroundings.log,
  );
  try {
    const [prompt, log, toolkit] = await Promise.all([
      preparePrompt(plan),
      historyLog(surroundings.settings.home),
      opening,
    ]);
    if (signal?.aborted === true) {
      throw new ConversationError("session", "the start was cancelled");
    }
    return build({ prompt, log, toolkit });
  } catch (error) {
    // What was started for a conversation must not outlive it if it never came to be.
    await opening.then((toolkit) => toolkit.close()).catch(() => undefined);
    throw error;
  }
}

/** The first event of a conversation, with what was recorded before if it is resumed. */
export function configuredEvent(
  { id, model, settings }: Plan,
  { path }: Recorder,
  log: HistoryLog & {
    readonly initialMessages?: EventOf<"session_configured">["initial_messages"];
  },
): ConversationEvent {
  return {
    id: "",
    msg: {
      type: "session_configured",
      session_id: id,
      model: model.name,
      ...(settings.effort !== undefined && { reasoning_effort: settings.effort }),
      history_log_id: log.id,
      history_entry_count: log.entryCount,
      ...(log.initialMessages !== undefined && { initial_messages: log.initialMessages }),
      rollout_path: path,
    },
  };
}

/** What could not be opened for a conversation is told with its start. */
export function problemEvents({ problems }: Toolkit): ConversationEvent[] {
  return problems.map((message) => ({ id: "", msg: { type: "error", message } }));
}

/** What its record needs to know of a conversation. */
export function recordedPart({ id, cwd, settings, model }: Plan): Recording["conversation"] {
  return { id, cwd, settings, model: model.name };
}

/** Everything that is settled before the conversation itself is put together. */
interface Plan {
  readonly surroundings: Surroundings;
  readonly request: ConversationRequest;
  readonly cwd: string;
  readonly tree: SettingsTree;
  readonly settings: EngineSettings;
  readonly id: string;
  readonly model: Model;
}

interface Prompt extends Pick<Session, "instructions" | "tools"> {
  readonly userInstructions: string | undefined;
}

/** A circle of agents that start each other ends here. */
function refuseDepth(depth: number): void {
  if (depth <= maxNestingDepth) return;
  throw new ConversationError(
    "session",
    `this agent runs inside of ${depth} others (PORTICO_DEPTH), more than the ${maxNestingDepth} allowed`,
  );
}

/** Settles folder, settings and model. Rejects with `ConversationError`. */
export async function planOf(
  surroundings: Surroundings,
  { request, id }: { readonly request: ConversationRequest; readonly id: string },
  signal: AbortSignal | undefined,
): Promise<Plan> {
  const cwd = workingFolder(resolve(surroundings.environment.cwd, request.cwd ?? ""));
  const tree = await surroundings.settings.load({
    ...(request.profile !== undefined && { profile: request.profile }),
    ...(request.config !== undefined && { config: request.config }),
  });
  const settings = await readSettings(tree, request, cwd);
  const model = await openModel(surroundings, request, { tree, id, signal });
  return { surroundings, request, cwd, tree, settings, id, model };
}

/** Checked at the start: later, every command would fail for a reason nobody sees. */
function workingFolder(path: string): string {
  const name = `the working folder ${JSON.stringify(path)}`;
  let found: Stats;
  try {
    found = statSync(path);
  } catch (cause) {
    const message = `${name} cannot be used: ${errorMessage(cause)}`;
    throw new ConversationError("session", message, { cause });
  }
  if (!found.isDirectory()) throw new ConversationError("session", `${name} is not a folder`);
  return path;
}

function openModel(
  { models }: Surroundings,
  { model, modelProvider, client }: ConversationRequest,
  rest: { tree: SettingsTree; id: string; signal: AbortSignal | undefined },
): Promise<Model> {
  return models.open({
    settings: rest.tree,
    conversationId: rest.id,
    ...(model !== undefined && { model }),
    ...(modelProvider !== undefined && { provider: modelProvider }),
    ...(client !== undefined && { client }),
    ...(rest.signal !== undefined && { signal: rest.signal }),
  });
}

/** What stays the same in every request; computed once, so that providers can cache it. */
async function preparePrompt(plan: Plan): Promise<Prompt> {
  const { surroundings, request, cwd, settings, model } = plan;
  const { instructionsFile } = settings;
  const tools = offeredTools(settings.tools, model.traits);
  const fromFile =
    request.baseInstructions === undefined && instructionsFile !== undefined
      ? await instructionsFromFile(instructionsFile, cwd)
      : undefined;
  return {
    tools,
    instructions: instructionsFor(request.baseInstructions ?? fromFile, model.traits, tools),
    userInstructions: await userInstructions({
      home: surroundings.settings.home,
      cwd,
      limit: settings.projectDocLimit,
      fallbackNames: settings.projectDocNames,
    }),
  };
}

/** What the model is shown before anything is said. */
export function openingOf({ cwd, request, settings }: Plan, prompt: Prompt): ResponseItem[] {
  return openingMessages({
    developerInstructions: request.developerInstructions,
    userInstructions: prompt.userInstructions,
    environment: environmentBlock({ cwd, ...settings, shell: loginShell()?.name }),
  });
}

/** The session with an empty history. */
export function sessionOf(plan: Plan, { prompt, toolkit }: Parts, recorder: Recorder): Session {
  const { surroundings, cwd, settings, id, model } = plan;
  const { env } = surroundings.environment;
  const contextWindow = settings.contextWindow ?? model.traits.contextWindow;
  return {
    id,
    cwd,
    settings,
    model,
    contextWindow,
    instructions: prompt.instructions,
    tools: [...prompt.tools, ...toolkit.offered],
    toolkit,
    history: new History(recorder),
    usage: new Usage(contextWindow),
    approvals: new Approvals(),
    sandbox: openSandbox({
      env,
      helperPath: settings.sandboxHelper,
      marks: join(surroundings.settings.home, "tmp", "mount-points"),
    }),
    told: new Set(),
    recorder,
    env,
    log: surroundings.log,
  };
}
