import type { ContentBlock } from "../wire/mcp.ts";

/** One argument of a prompt; values are strings on the wire. */
export interface PromptArgument {
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly required?: boolean;
}

/** An MCP prompt (MCP 2025-11-25, server/prompts). */
export interface Prompt<A extends readonly PromptArgument[] = readonly PromptArgument[]> {
  readonly name: string;
  readonly title?: string;
  readonly description: string;
  readonly arguments?: A;
}

/** Argument values by name; required ones are always there. */
export type PromptArguments<A extends readonly PromptArgument[]> = {
  readonly [K in A[number] as K["name"]]: K extends { required: true }
    ? string
    : string | undefined;
};

/** What `prompts/get` returns. */
export interface PromptResult {
  description?: string;
  messages: { role: "user" | "assistant"; content: ContentBlock }[];
}

/** Declares a prompt; its handler infers the argument names. */
export function definePrompt<const A extends readonly PromptArgument[] = readonly []>(
  prompt: Prompt<A>,
): Prompt<A> {
  return prompt;
}
