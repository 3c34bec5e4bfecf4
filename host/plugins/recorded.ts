import type { Finding } from "../../core/plugin/plugin.ts";
import type { Method, Notification } from "../../core/protocol/method.ts";
import type { Prompt } from "../../core/protocol/prompt.ts";
import type { CompletionTarget, Resource, ResourceTemplate } from "../../core/protocol/resource.ts";
import type { Tool } from "../../core/protocol/tool.ts";
import type {
  Completer,
  MethodHandler,
  NotificationHandler,
  PromptHandler,
  ResourceReader,
  TemplateReader,
  ToolHandler,
} from "./registry.ts";

export type Diagnostic = (signal: AbortSignal) => Finding[] | Promise<Finding[]>;
export type Disposer = () => void | Promise<void>;
export type Preparation = () => unknown;

interface Record<D, H> {
  readonly definition: D;
  readonly handler: H;
}

/** What one plugin asked for while it was set up; nothing of it is live yet. */
export class Recorded {
  readonly methods: Record<Method, MethodHandler>[] = [];
  readonly notifications: Record<Notification, NotificationHandler | undefined>[] = [];
  readonly tools: Record<Tool, ToolHandler>[] = [];
  readonly prompts: Record<Prompt, PromptHandler>[] = [];
  readonly resources: Record<Resource, ResourceReader>[] = [];
  readonly resourceTemplates: Record<ResourceTemplate, TemplateReader>[] = [];
  readonly completions: Record<CompletionTarget, Completer>[] = [];
  readonly diagnostics: Diagnostic[] = [];
  readonly disposers: Disposer[] = [];
  readonly preparations: Preparation[] = [];
  /** Services by id. */
  readonly services = new Map<string, unknown>();
}
