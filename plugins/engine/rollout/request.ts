import type { ConversationRequest, JsonObject } from "../../../core/index.ts";

// Tables where keys and tokens are written; they are read from the configuration again.
const secretTables = ["model_providers", "mcp_servers"];

/** How a conversation was asked to be, for its record; who asked is left out, and so are secrets. */
export function recordedRequest(request: ConversationRequest, cwd: string): JsonObject {
  const { client: _, config, ...rest } = request;
  const kept = Object.entries(config ?? {}).filter(
    ([key]) => !secretTables.some((table) => key === table || key.startsWith(`${table}.`)),
  );
  return { ...rest, cwd, ...(kept.length > 0 && { config: Object.fromEntries(kept) }) };
}
