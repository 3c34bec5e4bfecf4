import type {
  Call,
  CompletionTarget,
  JsonSchema,
  Log,
  Method,
  Notification,
  Prompt,
  PromptResult,
  Resource,
  ResourceContents,
  ResourceTemplate,
  Tool,
  ToolResult,
} from "../../core/index.ts";

/** A definition with its owner and handler. Handlers take what the definition's schema gives. */
export interface Registered<D, H> {
  readonly plugin: string;
  readonly log: Log;
  readonly definition: D;
  readonly handler: H;
}

export type MethodHandler = (params: unknown, call: Call) => unknown;
export type NotificationHandler = (params: unknown) => void | Promise<void>;
export type ToolHandler = (args: unknown, call: Call) => ToolResult | Promise<ToolResult>;
export type PromptHandler = (
  args: Readonly<Record<string, string | undefined>>,
  call: Call,
) => PromptResult | Promise<PromptResult>;
export type ResourceReader = (call: Call) => ResourceContents[] | Promise<ResourceContents[]>;
export type TemplateReader = (
  variables: Readonly<Record<string, string>>,
  call: Call,
) => ResourceContents[] | Promise<ResourceContents[]>;
export type Completer = (
  value: string,
  others: Readonly<Record<string, string>>,
  call: Call,
) => readonly string[] | Promise<readonly string[]>;

/** A tool as `tools/list` shows it: its schemas are JSON already, so that listing needs no zod. */
export interface RegisteredTool extends Registered<Tool, ToolHandler> {
  readonly inputSchema: JsonSchema;
  readonly outputSchema: JsonSchema | undefined;
}

/** Everything the enabled plugins answer, by wire name, in registration order. Filled once, at boot. */
export class Registry {
  readonly methods = new Map<string, Registered<Method, MethodHandler>>();
  readonly notifications = new Map<
    string,
    Registered<Notification, NotificationHandler | undefined>
  >();
  readonly tools = new Map<string, RegisteredTool>();
  readonly prompts = new Map<string, Registered<Prompt, PromptHandler>>();
  /** By URI. */
  readonly resources = new Map<string, Registered<Resource, ResourceReader>>();
  /** By URI template. */
  readonly resourceTemplates = new Map<string, Registered<ResourceTemplate, TemplateReader>>();
  /** By `completionKey`. */
  readonly completions = new Map<string, Registered<CompletionTarget, Completer>>();
  /** What plugins want done in a quiet moment. */
  readonly preparations: { readonly plugin: string; readonly prepare: () => unknown }[] = [];
}

/** One key for what is completed: kind, name or URI, argument. */
export function completionKey(target: CompletionTarget): string {
  const name = target.type === "ref/prompt" ? target.name : target.uri;
  return JSON.stringify([target.type, name, target.argument]);
}
