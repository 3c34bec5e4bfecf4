import { defineMethod, defineNotification } from "../../core/index.ts";
import type { Method } from "../../core/index.ts";

const schemas = () => import("./schemas.ts");
const order = "in-line" satisfies Method["order"];

export const newConversation = defineMethod({
  name: "newConversation",
  summary: "Start a conversation; its first turn comes with sendUserMessage.",
  params: async () => (await schemas()).NewConversation,
  result: async () => (await schemas()).NewConversationResult,
  order,
});

export const listConversations = defineMethod({
  name: "listConversations",
  summary: "One page of the recorded conversations, newest first.",
  params: async () => (await schemas()).ListConversations,
  result: async () => (await schemas()).ListConversationsResult,
  order,
});

export const resumeConversation = defineMethod({
  name: "resumeConversation",
  summary: "Go on with a recorded conversation; a notification tells how it is before the reply.",
  params: async () => (await schemas()).ResumeConversation,
  result: async () => (await schemas()).ResumeConversationResult,
  order,
});

export const archiveConversation = defineMethod({
  name: "archiveConversation",
  summary: "End a conversation and move its record out of the list.",
  params: async () => (await schemas()).ArchiveConversation,
  result: async () => (await schemas()).Empty,
  order,
});

export const getConversationSummary = defineMethod({
  name: "getConversationSummary",
  summary: "What the list shows of one conversation, also before anybody said anything.",
  params: async () => (await schemas()).GetConversationSummary,
  result: async () => (await schemas()).GetConversationSummaryResult,
  order,
});

export const sendUserMessage = defineMethod({
  name: "sendUserMessage",
  summary: "Hand in a message; it joins the running turn or starts the next one.",
  params: async () => (await schemas()).SendUserMessage,
  result: async () => (await schemas()).Empty,
  order,
});

export const sendUserTurn = defineMethod({
  name: "sendUserTurn",
  summary: "Hand in a message with settings that hold from it on.",
  params: async () => (await schemas()).SendUserTurn,
  result: async () => (await schemas()).Empty,
  order,
});

export const interruptConversation = defineMethod({
  name: "interruptConversation",
  summary: "End the running turn; answered after its last event, at once when none runs.",
  params: async () => (await schemas()).OneConversation,
  result: async () => (await schemas()).InterruptConversationResult,
  order: "queued",
});

export const addConversationListener = defineMethod({
  name: "addConversationListener",
  summary: "Get the events of a conversation, first those that nobody has heard yet.",
  params: async () => (await schemas()).AddConversationListener,
  result: async () => (await schemas()).AddConversationListenerResult,
  order,
});

export const removeConversationListener = defineMethod({
  name: "removeConversationListener",
  summary: "Get no more events; they wait for the next listener.",
  params: async () => (await schemas()).RemoveConversationListener,
  result: async () => (await schemas()).Empty,
  order,
});

export const gitDiffToRemote = defineMethod({
  name: "gitDiffToRemote",
  summary: "What a work tree has that the nearest branch on a remote has not.",
  params: async () => (await schemas()).GitDiffToRemote,
  result: async () => (await schemas()).GitDiffToRemoteResult,
  order: "queued",
});

export const execOneOffCommand = defineMethod({
  name: "execOneOffCommand",
  summary: "Run one command in the sandbox, without a conversation.",
  params: async () => (await schemas()).ExecOneOffCommand,
  result: async () => (await schemas()).ExecOneOffCommandResult,
  order: "queued",
  outlastsInput: true,
});

export const getUserAgent = defineMethod({
  name: "getUserAgent",
  summary: "How this server names itself and its client to others.",
  params: async () => (await schemas()).Empty,
  result: async () => (await schemas()).GetUserAgentResult,
  order,
});

export const getUserSavedConfig = defineMethod({
  name: "getUserSavedConfig",
  summary: "What config.toml says, under the -c options of the start.",
  params: async () => (await schemas()).Empty,
  result: async () => (await schemas()).GetUserSavedConfigResult,
  order,
});

/** What it was called before September 2025. */
export const getConfigToml = defineMethod({
  ...getUserSavedConfig,
  name: "getConfigToml",
  summary: "The older name of getUserSavedConfig.",
});

export const setDefaultModel = defineMethod({
  name: "setDefaultModel",
  summary: "Write model and reasoning effort into config.toml; what is absent is removed there.",
  params: async () => (await schemas()).SetDefaultModel,
  result: async () => (await schemas()).Empty,
  order,
  // What is absent is removed: nothing at all is more likely a slip than a wish.
  needsParams: true,
});

/** Stands for one notification for each type of event. */
export const conversationEvent = defineNotification({
  name: "codex/event/<type>",
  summary: "One event of a conversation that the client listens to, by its type.",
  params: async () => (await schemas()).ConversationEventParams,
});

export const sessionConfigured = defineNotification({
  name: "sessionConfigured",
  summary: "How a resumed conversation is, before the reply (app-server; codex/event elsewhere).",
  params: async () => (await schemas()).SessionConfigured,
});

export const execCommandApproval = defineMethod({
  name: "execCommandApproval",
  summary: "Asks whether a command may run.",
  params: async () => (await schemas()).ApprovalParams,
  result: async () => (await schemas()).ApprovalResult,
});

export const applyPatchApproval = defineMethod({
  ...execCommandApproval,
  name: "applyPatchApproval",
  summary: "Asks whether a patch may be applied.",
});
