import type { ConversationRequest, JsonObject, TurnOverrides } from "../../../core/index.ts";

// Tables where keys and tokens are written; they are read from the configuration again.
const secretTables = ["model_providers", "mcp_servers"];

/** How a conversation shall be, for its record; who asked is left out, and so are secrets. */
export function recordedRequest(
  request: ConversationRequest,
  { cwd, overrides = {} }: { readonly cwd: string; readonly overrides?: TurnOverrides },
): JsonObject {
  const { client: _, config, ...rest } = request;
  const kept = Object.entries(config ?? {}).filter(
    ([key]) => !secretTables.some((table) => key === table || key.startsWith(`${table}.`)),
  );
  return {
    ...rest,
    cwd,
    ...(kept.length > 0 && { config: Object.fromEntries(kept) }),
    ...(Object.keys(overrides).length > 0 && { overrides: { ...overrides } }),
  };
}
