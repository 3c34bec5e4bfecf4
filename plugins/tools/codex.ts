import { errorMessage, isConversationError, isJsonObject, toolError } from "../../core/index.ts";
import type { Call, Conversation, ConversationRequest } from "../../core/index.ts";
import type { Desk } from "./desk.ts";
import type { TurnToolResult } from "./result.ts";
import { runTurn } from "./run.ts";
import type { CodexArguments } from "./schemas.ts";

/** The tool `codex`: a new conversation and its first turn. */
export async function startConversation(
  desk: Desk,
  args: CodexArguments,
  call: Call,
): Promise<TurnToolResult> {
  if (args.prompt.trim() === "") return toolError("prompt: must not be empty");
  let conversation: Conversation;
  try {
    conversation = await desk.conversations.start(requestOf(args, call), call.signal);
  } catch (error) {
    if (isConversationError(error)) {
      const prefix = error.kind === "settings" ? prefixes.settings : prefixes.session;
      return toolError(prefix + errorMessage(error));
    }
    throw error;
  }
  return runTurn(
    desk,
    {
      conversation,
      prompt: args.prompt,
      startEvents: conversation.startEvents,
      id: String(call.requestId),
    },
    call,
  );
}

// Clients tell the cases apart by these words.
const prefixes = {
  settings: "Failed to load Codex configuration from overrides: ",
  session: "Failed to start Codex session: ",
};

function requestOf(args: CodexArguments, call: Call): ConversationRequest {
  const { name, version } = call.client.peer;
  const given = {
    cwd: args.cwd,
    model: args.model,
    profile: args.profile,
    approvalPolicy: args["approval-policy"],
    sandbox: args.sandbox,
    config: isJsonObject(args.config) ? args.config : undefined,
    baseInstructions: args["base-instructions"],
    developerInstructions: args["developer-instructions"],
    compactPrompt: args["compact-prompt"],
    includePlanTool: args["include-plan-tool"],
    client: name === "" ? undefined : { name, version },
  };
  return withoutAbsent(given);
}

/** Drops the members that are `undefined`, so that absent is absent. */
function withoutAbsent<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  const present = Object.entries(value).filter(([, member]) => member !== undefined);
  // Object.entries forgets the keys; only members were left out.
  return Object.fromEntries(present) as { [K in keyof T]?: Exclude<T[K], undefined> };
}
