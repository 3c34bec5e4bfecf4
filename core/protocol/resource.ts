/** An MCP resource with a fixed URI (MCP 2025-11-25, server/resources). */
export interface Resource {
  readonly uri: string;
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly mimeType?: string;
}

/** A family of resources: `{name}` placeholders of RFC 6570, level 1. */
export interface ResourceTemplate<U extends string = string> {
  readonly uriTemplate: U;
  readonly name: string;
  readonly title?: string;
  readonly description?: string;
  readonly mimeType?: string;
}

/** The placeholders of a URI template, as values by name. */
export type TemplateVariables<U extends string> = string extends U
  ? Readonly<Record<string, string>>
  : { readonly [K in Placeholders<U>]: string };

type Placeholders<U extends string> = U extends `${string}{${infer Name}}${infer Rest}`
  ? Name | Placeholders<Rest>
  : never;

/** What completion suggests values for: an argument of a prompt or of a resource template. */
export type CompletionTarget =
  | { readonly type: "ref/prompt"; readonly name: string; readonly argument: string }
  | { readonly type: "ref/resource"; readonly uri: string; readonly argument: string };

/** Declares a resource. */
export function defineResource(resource: Resource): Resource {
  return resource;
}

/** Declares a resource template; its reader infers the placeholder names. */
export function defineResourceTemplate<const U extends string>(
  template: ResourceTemplate<U>,
): ResourceTemplate<U> {
  return template;
}

/** Declares what a completion handler completes. */
export function defineCompletion(target: CompletionTarget): CompletionTarget {
  return target;
}
