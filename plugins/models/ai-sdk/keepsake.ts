import { isJsonObject, type JsonObject } from "../../../core/index.ts";

/**
 * What a provider wants back with the next request and our items have no member for: signatures of
 * thoughts and calls. It travels in `encrypted_content` of reasoning items, which history and rollout
 * files keep as it is.
 */
export interface Keepsake {
  /** What it belongs to: the reasoning itself, the next message, or the call with this id. */
  readonly of: "reasoning" | "message" | { readonly call: string };
  /** `providerMetadata` of the AI SDK. */
  readonly metadata: Record<string, JsonObject>;
}

const mark = "portico:";

/** True for ids and encrypted content that this plugin made, which no provider knows. */
export function isOurs(text: string | null | undefined): boolean {
  return text?.startsWith(mark) === true;
}

export function packKeepsake(keepsake: Keepsake): string {
  return mark + JSON.stringify(keepsake);
}

/** The keepsake in a reasoning item's encrypted content, if it is one. */
export function unpackKeepsake(text: string | null | undefined): Keepsake | undefined {
  if (text === null || text === undefined || !isOurs(text)) return undefined;
  try {
    const value: unknown = JSON.parse(text.slice(mark.length));
    if (!isJsonObject(value) || !isJsonObject(value["metadata"])) return undefined;
    const of = value["of"];
    const call = isJsonObject(of) ? of["call"] : undefined;
    // `packKeepsake` wrote it; only its frame needs a look.
    const metadata = value["metadata"] as Record<string, JsonObject>;
    if (typeof call === "string") return { of: { call }, metadata };
    return of === "reasoning" || of === "message" ? { of, metadata } : undefined;
  } catch {
    return undefined;
  }
}

/** Id of an item of the response `response`; it tells later which items came together. */
export function itemId(response: string): string {
  return mark + response;
}

/** The response that an item came with, if the AI SDK brought it. */
export function responseOf(id: string | null | undefined): string | undefined {
  return id !== null && id !== undefined && isOurs(id) ? id.slice(mark.length) : undefined;
}
