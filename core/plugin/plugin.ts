import type { z } from "zod";
import type { Prompt, PromptArgument, PromptArguments, PromptResult } from "../protocol/prompt.ts";
import type { Method, Notification } from "../protocol/method.ts";
import type {
  CompletionTarget,
  Resource,
  ResourceTemplate,
  TemplateVariables,
} from "../protocol/resource.ts";
import type { Tool, ToolResult } from "../protocol/tool.ts";
import type { Deferred, ObjectSchema, Schema } from "../schema.ts";
import type { Log } from "../services/log.ts";
import type { ResourceContents } from "../wire/mcp.ts";
import type { Call, Client } from "./call.ts";
import type { Needs, Services, Token } from "./token.ts";

/** The version of this contract that a plugin was written for. */
export const apiVersion = 1;

/** Where the process runs; a plugin reads this instead of `process`, so that hosts can be tested. */
export interface Environment {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The server's working folder, absolute. */
  readonly cwd: string;
  /** Portico's version. */
  readonly version: string;
  /** The operating system: `Debian 12.0.0; x86_64`. */
  readonly system?: string;
  /** The client speaks the dialect of app servers: no `jsonrpc` member, no MCP. */
  readonly appServer?: boolean;
}

/** One line of `portico doctor`. */
export interface Finding {
  /** `error`: a feature cannot work; `warning`: it works in a lesser way. */
  readonly level: "ok" | "info" | "warning" | "error";
  /** What was looked at, one or two words: "sandbox", "model". */
  readonly subject: string;
  readonly message: string;
  /** What the person can do, for example the line that installs what is missing. */
  readonly help?: string;
}

/**
 * What `setup` registers with. Every member is a plain function or value, safe to destructure.
 * Nothing registered is visible to a client before all plugins were set up and checked together.
 */
export interface PluginContext<O> {
  readonly options: O;
  readonly environment: Environment;
  readonly client: Client;
  readonly log: Log;
  /** Aborted when the host closes. */
  readonly signal: AbortSignal;
  /** Answers a JSON-RPC method. Third-party names are `<plugin>/<method>`. */
  readonly method: <P extends Schema, R extends Schema>(
    method: Method<P, R>,
    handler: (params: z.output<P>, call: Call) => z.input<R> | Promise<z.input<R>>,
  ) => void;
  /** Declares a notification this plugin sends or, with a handler, one it acts on. */
  readonly notification: <P extends Schema>(
    notification: Notification<P>,
    handler?: (params: z.output<P>) => void | Promise<void>,
  ) => void;
  readonly tool: <I extends ObjectSchema, O2 extends ObjectSchema | undefined>(
    tool: Tool<I, O2>,
    handler: (args: z.output<I>, call: Call) => ToolResult<O2> | Promise<ToolResult<O2>>,
  ) => void;
  readonly prompt: <A extends readonly PromptArgument[]>(
    prompt: Prompt<A>,
    handler: (args: PromptArguments<A>, call: Call) => PromptResult | Promise<PromptResult>,
  ) => void;
  readonly resource: (
    resource: Resource,
    read: (call: Call) => ResourceContents[] | Promise<ResourceContents[]>,
  ) => void;
  readonly resourceTemplate: <U extends string>(
    template: ResourceTemplate<U>,
    read: (
      variables: TemplateVariables<U>,
      call: Call,
    ) => ResourceContents[] | Promise<ResourceContents[]>,
  ) => void;
  /** Suggests values for an argument; at most 100 reach the client. */
  readonly completion: (
    target: CompletionTarget,
    suggest: (
      value: string,
      others: Readonly<Record<string, string>>,
      call: Call,
    ) => readonly string[] | Promise<readonly string[]>,
  ) => void;
  /** Adds lines to `portico doctor`; it has five seconds. */
  readonly diagnostic: (examine: (signal: AbortSignal) => Finding[] | Promise<Finding[]>) => void;
  /** Hands a service to the plugins that need it; the token must be listed in `provides`. */
  readonly provide: <T>(service: Token<T>, value: T) => void;
  /**
   * Prepares for the first use, for example `() => import("./large.ts")`: runs once, in a quiet
   * moment after the start, and may never run. What it throws is ignored.
   */
  readonly whenIdle: (prepare: () => unknown) => void;
  /** Runs when the host closes, last registered first; each has two seconds. */
  readonly onClose: (dispose: () => void | Promise<void>) => void;
}

/** A plugin, as its module's default export. */
export interface Plugin<O extends Schema = Schema, N extends Needs = Needs> {
  readonly apiVersion: number;
  /** Kebab-case; prefix of the names a third-party plugin registers. */
  readonly name: string;
  readonly version: string;
  readonly description?: string;
  /** Options of the configuration file; make it strict, so that a misspelt key is refused. */
  readonly options?: Deferred<O>;
  /** What it reads of the settings, `config.toml`; `portico doctor` names the keys nobody reads. */
  readonly settings?: Deferred<Schema>;
  readonly needs?: N;
  readonly provides?: readonly Token<unknown>[];
  /** Registers; starts nothing. It has ten seconds. */
  setup(context: PluginContext<z.output<O>>, services: Services<N>): void | Promise<void>;
}

/** Declares a plugin; options and needed services are inferred. */
export function definePlugin<
  O extends Schema = z.ZodObject<Record<never, never>>,
  const N extends Needs = Record<never, never>,
>(plugin: Plugin<O, N>): Plugin<O, N> {
  return plugin;
}
