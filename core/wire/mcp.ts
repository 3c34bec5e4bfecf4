import type { JsonObject, JsonValue } from "../json.ts";

/** Revisions of MCP that open with `initialize`, newest first. */
export const legacyRevisions = ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05"] as const;
export type LegacyRevision = (typeof legacyRevisions)[number];

/** Who a client says it is (MCP `Implementation`). */
export interface Implementation {
  name: string;
  version: string;
  title?: string;
}

/** What a client announced; unknown members are kept as they came. */
export interface ClientCapabilities extends JsonObject {
  elicitation?: JsonObject;
  experimental?: JsonObject;
}

/** Text for the model or the person behind the client. */
export interface TextContent {
  type: "text";
  text: string;
}

/** One block of a tool result or prompt message (MCP `ContentBlock`). */
export type ContentBlock =
  | TextContent
  | { type: "image"; data: string; mimeType: string }
  | { type: "audio"; data: string; mimeType: string }
  | { type: "resource_link"; uri: string; name: string; title?: string; mimeType?: string }
  | { type: "resource"; resource: ResourceContents };

/** What `resources/read` returns for one URI; `blob` is base64. */
export type ResourceContents =
  | { uri: string; mimeType?: string; text: string }
  | { uri: string; mimeType?: string; blob: string };

/** Hints about a tool (MCP `ToolAnnotations`); defaults: false, true, false, true. */
export interface ToolAnnotations {
  readOnlyHint?: boolean;
  destructiveHint?: boolean;
  idempotentHint?: boolean;
  openWorldHint?: boolean;
}

/** A JSON Schema document. */
export type JsonSchema = { [key: string]: JsonValue | undefined };

/** Severity of `notifications/message`, lowest first (RFC 5424). */
export const loggingLevels = [
  "debug",
  "info",
  "notice",
  "warning",
  "error",
  "critical",
  "alert",
  "emergency",
] as const;
export type LoggingLevel = (typeof loggingLevels)[number];
