import { type Stats, statSync } from "node:fs";
import { resolve } from "node:path";
import {
  ConversationError,
  errorMessage,
  maxNestingDepth,
  nestingDepth,
} from "../../core/index.ts";
import type {
  ConversationRequest,
  Environment,
  Model,
  SettingsTree,
  TurnOverrides,
} from "../../core/index.ts";
import { readSettings, withOverrides, type EngineSettings } from "./settings.ts";
import type { Surroundings } from "./surroundings.ts";

/** Everything that is settled before the conversation itself is put together. */
export interface Plan {
  readonly surroundings: Surroundings;
  readonly id: string;
  readonly request: ConversationRequest;
  /** What turns of an earlier process made different from the request. */
  readonly overrides: TurnOverrides;
  readonly cwd: string;
  readonly tree: SettingsTree;
  readonly settings: EngineSettings;
  readonly model: Model;
}

/** Settles folder, settings and model. Rejects with `ConversationError`. */
export async function planOf(
  surroundings: Surroundings,
  asked: Pick<Plan, "id" | "request"> & { readonly overrides?: TurnOverrides },
  signal: AbortSignal | undefined,
): Promise<Plan> {
  const { id, request, overrides = {} } = asked;
  const cwd = workingFolder(surroundings.environment, request, overrides.cwd ?? request.cwd);
  const tree = await surroundings.settings.load({
    ...(request.profile !== undefined && { profile: request.profile }),
    ...(request.config !== undefined && { config: request.config }),
  });
  const settings = withOverrides(await readSettings(tree, request, cwd), overrides, cwd);
  const name = overrides.model ?? request.model;
  const model = await openModel(surroundings, { id, request, tree, name }, signal);
  return { surroundings, id, request, overrides, cwd, tree, settings, model };
}

/**
 * Checked before any use, unless the request says otherwise: later, every command would fail for a
 * reason nobody sees.
 */
export function workingFolder(
  environment: Environment,
  { anyCwd }: Pick<ConversationRequest, "anyCwd">,
  asked: string | undefined,
): string {
  const path = resolve(environment.cwd, asked ?? "");
  if (anyCwd === true) return path;
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

/** The model of this name, else of the settings. Rejects with `ConversationError`. */
export function openModel(
  { models }: Surroundings,
  asked: Pick<Plan, "id" | "request" | "tree"> & { readonly name: string | undefined },
  signal: AbortSignal | undefined,
): Promise<Model> {
  const { modelProvider, client } = asked.request;
  return models.open({
    settings: asked.tree,
    conversationId: asked.id,
    ...(asked.name !== undefined && { model: asked.name }),
    ...(modelProvider !== undefined && { provider: modelProvider }),
    ...(client !== undefined && { client }),
    ...(signal !== undefined && { signal }),
  });
}

/** A circle of agents that start each other ends here. */
export function refuseDepth({ env }: Environment): void {
  const depth = nestingDepth(env);
  if (depth <= maxNestingDepth) return;
  throw new ConversationError(
    "session",
    `this agent runs inside of ${depth} others (PORTICO_DEPTH), more than the ${maxNestingDepth} allowed`,
  );
}
