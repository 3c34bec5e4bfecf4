import { ConversationError, errorMessage } from "../../../core/index.ts";
import type { Environment, JsonObject, Log } from "../../../core/index.ts";
import type { EngineSettings } from "../settings.ts";
import { gitFacts } from "./git-facts.ts";
import { rolloutPath } from "./path.ts";
import { Recorder } from "./recorder.ts";

/** Who is recorded, and where. */
export interface Recording {
  readonly home: string;
  readonly environment: Environment;
  readonly log: Log;
  readonly conversation: {
    readonly id: string;
    readonly cwd: string;
    readonly settings: EngineSettings;
    readonly model: string;
  };
  readonly userInstructions: string | undefined;
}

/** Starts the record of a new conversation; throws `ConversationError` when it cannot. */
export function openRecorder(recording: Recording): Recorder {
  const { home, log, conversation } = recording;
  const now = new Date();
  const path = rolloutPath(home, conversation.id, now);
  try {
    return Recorder.create({
      path,
      log,
      meta: metaOf(recording, now),
      turnContext: () => turnContext(conversation),
    });
  } catch (cause) {
    const message = `the conversation cannot be recorded in ${JSON.stringify(path)}: ${errorMessage(cause)}`;
    throw new ConversationError("session", message, { cause });
  }
}

function metaOf(recording: Recording, now: Date): JsonObject {
  const { conversation, environment, userInstructions } = recording;
  const git = gitFacts(conversation.cwd);
  return {
    id: conversation.id,
    timestamp: now.toISOString(),
    cwd: conversation.cwd,
    originator: environment.env["CODEX_INTERNAL_ORIGINATOR_OVERRIDE"] ?? "codex_cli_rs",
    cli_version: environment.version,
    instructions: userInstructions ?? null,
    source: "mcp",
    ...(git !== undefined && { git }),
  };
}

/** What the requests of a turn go by, in the words of the configuration. */
function turnContext({ cwd, settings, model }: Recording["conversation"]): JsonObject {
  return {
    cwd,
    approval_policy: settings.approvalPolicy,
    sandbox_policy: settings.sandboxPolicy,
    model,
    ...(settings.effort !== undefined && { effort: settings.effort }),
    summary: settings.summary,
  };
}
