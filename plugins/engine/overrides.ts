import { ConversationError } from "../../core/index.ts";
import type { Model, TurnOverrides } from "../../core/index.ts";
import { openModel, workingFolder } from "./plan.ts";
import { recordedRequest } from "./rollout/request.ts";
import { stanceOf } from "./session.ts";
import { withOverrides } from "./settings.ts";
import type { Surroundings } from "./surroundings.ts";
import type { Session } from "./turn/task.ts";

/**
 * The session as a turn wants it from now on, also for a resume of its record. Rejects with
 * `ConversationError` for what cannot be had; nothing is different then.
 */
export async function overridden(
  surroundings: Surroundings,
  session: Session,
  asked: { readonly overrides: TurnOverrides; readonly signal: AbortSignal },
): Promise<Session> {
  const { overrides, signal } = asked;
  const { origin } = session;
  const cwd =
    overrides.cwd === undefined
      ? session.cwd
      : workingFolder(surroundings.environment, origin.request, overrides.cwd);
  const settings = withOverrides(session.settings, overrides, cwd);
  const model = await modelNamed(surroundings, session, { name: overrides.model, signal });
  const all: TurnOverrides = {
    ...origin.overrides,
    ...overrides,
    // Both are absolute by now: the next process may have another folder.
    ...(overrides.cwd !== undefined && { cwd }),
    ...(overrides.sandboxPolicy !== undefined && { sandboxPolicy: settings.sandboxPolicy }),
  };
  if (JSON.stringify(all) !== JSON.stringify(origin.overrides)) {
    session.recorder.request(recordedRequest(origin.request, { cwd, overrides: all }));
  }
  const { baseInstructions } = origin;
  return {
    ...session,
    ...stanceOf({ cwd, settings, model }, { baseInstructions, toolkit: session.toolkit }),
    origin: { ...origin, overrides: all },
  };
}

async function modelNamed(
  surroundings: Surroundings,
  { id, origin, model }: Session,
  { name, signal }: { readonly name: string | undefined; readonly signal: AbortSignal },
): Promise<Model> {
  if (name === undefined || name === model.name) return model;
  const opened = await openModel(surroundings, { ...origin, id, name }, signal);
  // Without a provider for it, a stand-in of another one would answer in its place.
  if (opened.name !== name && opened.provider !== model.provider) {
    const message = `the model ${JSON.stringify(name)} cannot be had: ${opened.why}`;
    throw new ConversationError("settings", message);
  }
  return opened;
}
