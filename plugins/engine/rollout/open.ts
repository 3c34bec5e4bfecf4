import { ConversationError, errorMessage } from "../../../core/index.ts";
import type { JsonObject } from "../../../core/index.ts";
import type { Plan } from "../plan.ts";
import type { Stance } from "../turn/task.ts";
import { Claim } from "./claim.ts";
import { gitFacts } from "./git-facts.ts";
import { rolloutPath } from "./path.ts";
import { Recorder } from "./recorder.ts";
import { recordedRequest } from "./request.ts";

/** Starts the record of a new conversation; throws `ConversationError` when it cannot. */
export function openRecorder(plan: Plan, userInstructions: string | undefined): Recorder {
  const { surroundings, id, request, cwd } = plan;
  const { log, settings } = surroundings;
  const now = new Date();
  const path = rolloutPath(settings.home, id, now);
  const claim = new Claim(settings.home, id);
  try {
    claim.take();
    return Recorder.create(
      { path, log, claim },
      { meta: metaOf(plan, userInstructions, now), request: recordedRequest(request, { cwd }) },
    );
  } catch (cause) {
    claim.release();
    const message = `the conversation cannot be recorded in ${JSON.stringify(path)}: ${errorMessage(cause)}`;
    throw new ConversationError("session", message, { cause });
  }
}

function metaOf(plan: Plan, userInstructions: string | undefined, now: Date): JsonObject {
  const { id, cwd, model, surroundings } = plan;
  const { appServer, env, version } = surroundings.environment;
  const git = gitFacts(cwd);
  return {
    id,
    timestamp: now.toISOString(),
    cwd,
    originator: env["CODEX_INTERNAL_ORIGINATOR_OVERRIDE"] ?? "codex_cli_rs",
    cli_version: version,
    instructions: userInstructions ?? null,
    source: appServer === true ? "vscode" : "mcp",
    model_provider: model.provider,
    ...(git !== undefined && { git }),
  };
}

/** What the next request goes by, in the words of the configuration. */
export function turnContext({ cwd, settings, model }: Stance): JsonObject {
  return {
    cwd,
    approval_policy: settings.approvalPolicy,
    sandbox_policy: settings.sandboxPolicy,
    model: model.name,
    ...(settings.effort !== undefined && { effort: settings.effort }),
    summary: settings.summary,
  };
}
