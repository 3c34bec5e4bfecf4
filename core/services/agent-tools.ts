import type { z } from "zod";
import { token } from "../plugin/token.ts";
import type { JsonObject } from "../json.ts";
import type { Answer, Question } from "../plugin/call.ts";
import type { EventMsg } from "../protocol/events/index.ts";
import type { Deferred, ObjectSchema } from "../schema.ts";
import type { JsonSchema } from "../wire/mcp.ts";
import type { SettingsTree } from "./settings.ts";

/**
 * Tools that the agent's model may call, beside those of the engine, which implements this. The list
 * of a conversation is settled when it starts: providers cache requests by it.
 */
export interface AgentTools {
  /**
   * Offers a tool in every conversation that starts from now on. Throws `HostError` with the code
   * `PLUGIN_CONFLICT` when its name is taken, reserved or none that models can be told of.
   */
  add<P extends ToolParameters>(tool: AgentTool<P>): void;
  /** Adds a source that is asked for its tools at the start of each conversation. */
  addSource(source: AgentToolSource): void;
}

/** A zod object, by which arguments are checked, or a JSON Schema, which is only shown to the model. */
export type ToolParameters = ObjectSchema | JsonSchema;

/** What a tool gets: the output of its zod schema, else the object as it came, if one came. */
export type ToolArguments<P extends ToolParameters> = P extends ObjectSchema
  ? z.output<P>
  : JsonObject | undefined;

/** One tool for the model. */
export interface AgentTool<P extends ToolParameters = ToolParameters> {
  /** 1 to 64 letters, digits, `_` and `-`. */
  readonly name: string;
  readonly description: string;
  readonly parameters: Deferred<P>;
  /** True when calls of it may run beside other calls: it changes nothing they could see. */
  readonly parallel?: boolean;
  /** What it throws is told to the model as its failure. */
  run(args: ToolArguments<P>, call: AgentToolCall): AgentToolResult | Promise<AgentToolResult>;
}

/** What the model is told of a call. */
export interface AgentToolResult {
  readonly output: string;
  /** Pictures to show to the model, as data URLs. */
  readonly images?: readonly string[];
}

/** One call of a tool by the model. Members are plain functions, safe to destructure. */
export interface AgentToolCall {
  /** The id that the model gave the call. */
  readonly callId: string;
  readonly conversationId: string;
  /** The conversation's working folder. */
  readonly cwd: string;
  /** Aborted when the task is interrupted; nobody waits for the result then. */
  readonly signal: AbortSignal;
  /** Puts a question to the person who waits for the task, if there is a way to. Never rejects. */
  readonly ask: (question: Question) => Promise<Answer>;
  /** Tells subscribers what happens; nothing is passed on after the call has ended. */
  readonly emit: (msg: EventMsg) => void;
}

/** Tools that depend on the conversation, or need something started for it. */
export interface AgentToolSource {
  /** For messages. */
  readonly name: string;
  /**
   * A rejection with `ConversationError` of kind `settings` ends the start of the conversation; any
   * other failure costs the tools of this source only, and is reported in the conversation.
   */
  open(conversation: ToolConversation): Promise<OpenTools>;
}

/** The conversation that tools are opened for. */
export interface ToolConversation {
  readonly id: string;
  readonly cwd: string;
  readonly settings: SettingsTree;
  /** Aborted when the start is given up. */
  readonly signal?: AbortSignal;
}

/** The tools of one source in one conversation. */
export interface OpenTools {
  readonly tools: readonly AgentTool[];
  /** What went wrong while opening, one sentence each; told as `error` events of the start. */
  readonly problems: readonly string[];
  /** Called once, when the conversation is closed. */
  close(): void | Promise<void>;
}

export const AgentTools = token<AgentTools>("agent-tools");
