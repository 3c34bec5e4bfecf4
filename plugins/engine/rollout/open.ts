import { ConversationError, errorMessage } from "../../../core/index.ts";
import type { ConversationRequest, Environment, JsonObject, Log } from "../../../core/index.ts";
import type { EngineSettings } from "../settings.ts";
import { Claim } from "./claim.ts";
import { gitFacts } from "./git-facts.ts";
import { rolloutPath } from "./path.ts";
import { Recorder, type RecorderOptions } from "./recorder.ts";
import { recordedRequest } from "./request.ts";

/** Who is recorded, and where. */
export interface Recording {
  readonly log: Log;
  readonly conversation: {
    readonly id: string;
    readonly cwd: string;
    readonly settings: EngineSettings;
    readonly model: string;
    readonly provider: string;
  };
}

/** What only the record of a new conversation needs. */
export interface FirstRecording extends Recording {
  readonly home: string;
  readonly environment: Environment;
  readonly request: ConversationRequest;
  readonly userInstructions: string | undefined;
}

/** Starts the record of a new conversation; throws `ConversationError` when it cannot. */
export function openRecorder(recording: FirstRecording): Recorder {
  const { home, conversation } = recording;
  const now = new Date();
  const path = rolloutPath(home, conversation.id, now);
  const claim = new Claim(home, conversation.id);
  try {
    claim.take();
    return Recorder.create(optionsOf(recording, path, claim), {
      meta: metaOf(recording, now),
      request: recordedRequest(recording.request, conversation.cwd),
    });
  } catch (cause) {
    claim.release();
    const message = `the conversation cannot be recorded in ${JSON.stringify(path)}: ${errorMessage(cause)}`;
    throw new ConversationError("session", message, { cause });
  }
}

/** Continues the record of a conversation that is claimed. */
export function continueRecorder(recording: Recording, path: string, claim: Claim): Recorder {
  return new Recorder(optionsOf(recording, path, claim));
}

function optionsOf({ log, conversation }: Recording, path: string, claim: Claim): RecorderOptions {
  return { path, log, claim, turnContext: () => turnContext(conversation) };
}

function metaOf(recording: FirstRecording, now: Date): JsonObject {
  const { conversation, environment, userInstructions } = recording;
  const git = gitFacts(conversation.cwd);
  return {
    id: conversation.id,
    timestamp: now.toISOString(),
    cwd: conversation.cwd,
    originator: environment.env["CODEX_INTERNAL_ORIGINATOR_OVERRIDE"] ?? "codex_cli_rs",
    cli_version: environment.version,
    instructions: userInstructions ?? null,
    source: environment.appServer === true ? "vscode" : "mcp",
    model_provider: conversation.provider,
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
