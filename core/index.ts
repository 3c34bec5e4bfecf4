export { isJsonObject } from "./json.ts";
export type { JsonObject, JsonValue } from "./json.ts";
export { isLoopback } from "./loopback.ts";
export { nearest } from "./nearest.ts";
export { resolveDeferred } from "./schema.ts";
export { readShape } from "./shape.ts";
export type { Deferred, ObjectSchema, Schema } from "./schema.ts";
export {
  ConversationError,
  errorMessage,
  HostError,
  hostErrorCodes,
  InternalError,
  InvalidParams,
  InvalidRequest,
  isConversationError,
  isHostError,
  isRpcError,
  MethodNotFound,
  ParseError,
  ResourceNotFound,
  RpcError,
} from "./errors.ts";
export type { ConversationErrorKind, HostErrorCode } from "./errors.ts";

export type {
  JsonRpcErrorObject,
  JsonRpcNotification,
  JsonRpcRequest,
  JsonRpcResponse,
  RequestId,
} from "./wire/json-rpc.ts";
export { legacyRevisions, loggingLevels } from "./wire/mcp.ts";
export type {
  ClientCapabilities,
  ContentBlock,
  Implementation,
  JsonSchema,
  LegacyRevision,
  LoggingLevel,
  ResourceContents,
  TextContent,
  ToolAnnotations,
} from "./wire/mcp.ts";

export { defineMethod, defineNotification } from "./protocol/method.ts";
export type { Method, Notification, ParamsOf, ResultOf } from "./protocol/method.ts";
export { defineTool, toolError } from "./protocol/tool.ts";
export type { Tool, ToolResult } from "./protocol/tool.ts";
export { definePrompt } from "./protocol/prompt.ts";
export type { Prompt, PromptArgument, PromptArguments, PromptResult } from "./protocol/prompt.ts";
export { defineCompletion, defineResource, defineResourceTemplate } from "./protocol/resource.ts";
export type {
  CompletionTarget,
  Resource,
  ResourceTemplate,
  TemplateVariables,
} from "./protocol/resource.ts";
export {
  ApprovalPolicy,
  ReasoningEffort,
  ReasoningSummary,
  SandboxMode,
  SandboxPolicy,
  Verbosity,
} from "./protocol/policy.ts";
export { InputItem, MessagePart, ResponseItem } from "./protocol/items.ts";
export { FileChange, FileChanges, ParsedCommand, ReviewDecision } from "./protocol/approval.ts";
export { maxNestingDepth, nestedEnvironment, nestingDepth } from "./protocol/nesting.ts";
export { CodexEventParams, EventMsg } from "./protocol/events/index.ts";
export type { ConversationEvent, EventOf } from "./protocol/events/index.ts";
export type { Duration } from "./protocol/events/exec.ts";
export type { RateLimits, TokenUsage } from "./protocol/events/session.ts";

export { apiVersion, definePlugin } from "./plugin/plugin.ts";
export type { Environment, Finding, Plugin, PluginContext } from "./plugin/plugin.ts";
export type { Answer, Call, Client, Field, Peer, Question, RequestOptions } from "./plugin/call.ts";
export { optional, token } from "./plugin/token.ts";
export type { Needs, OptionalToken, Services, Token } from "./plugin/token.ts";

export type { Log, LogFields } from "./services/log.ts";
export { Settings } from "./services/settings.ts";
export type { SettingsRequest, SettingsTree } from "./services/settings.ts";
export { Approver } from "./services/approver.ts";
export type { ApprovalAnswer, ApprovalRequest } from "./services/approver.ts";
export { Conversations } from "./services/conversations.ts";
export type {
  Conversation,
  ConversationPage,
  ConversationRequest,
  ConversationSummary,
  HistoryEntry,
  PageRequest,
  RecordedEvent,
  ResumeRequest,
  Submission,
  Subscriber,
  Task,
  TaskOutcome,
  TurnOverrides,
} from "./services/conversations.ts";
export { Commands } from "./services/commands.ts";
export type { CommandFailure, CommandRequest, CommandResult } from "./services/commands.ts";
export { Credentials } from "./services/credentials.ts";
export type { AuthMethod, Credential, CredentialStatus } from "./services/credentials.ts";
export { AgentTools } from "./services/agent-tools.ts";
export type {
  AgentTool,
  AgentToolCall,
  AgentToolResult,
  AgentToolSource,
  OpenTools,
  ToolArguments,
  ToolConversation,
  ToolParameters,
} from "./services/agent-tools.ts";
export { originator, userAgent } from "./user-agent.ts";
export { Models } from "./services/models.ts";
export type {
  Model,
  ModelEvent,
  ModelFailure,
  ModelProvider,
  ModelQuery,
  ModelRequest,
  ModelTool,
  ModelTraits,
} from "./services/models.ts";
