import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { JsonObject } from "../../core/json.ts";
import type { JsonSchema } from "../../core/wire/mcp.ts";

/**
 * What the build worked out about the built-in plugins, so that the program starts without zod: a
 * plugin's options when none are configured, and its tools' schemas.
 */
export interface PrebuiltPlugin {
  readonly defaultOptions: JsonObject;
  readonly tools: Readonly<Record<string, PrebuiltTool>>;
}

export interface PrebuiltTool {
  readonly inputSchema: JsonSchema;
  readonly outputSchema?: JsonSchema;
}

export type Prebuilt = Readonly<Record<string, PrebuiltPlugin>>;

/** Reads what the build left beside the program; empty when it runs from its sources. */
export function readPrebuilt(): Prebuilt {
  try {
    const text = readFileSync(join(import.meta.dirname, "prebuilt.json"), "utf8");
    // Written by our own build from the same sources.
    return (JSON.parse(text) as { plugins: Prebuilt }).plugins;
  } catch {
    return {};
  }
}
