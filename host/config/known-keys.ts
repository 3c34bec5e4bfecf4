import { isJsonObject, type JsonObject } from "../../core/json.ts";
import { nearest } from "../../core/nearest.ts";
import type { JsonSchema } from "../../core/wire/mcp.ts";
import { profileKeys } from "./settings.ts";

/** What the host itself reads, as JSON Schema. */
const own: JsonSchema = {
  properties: {
    profile: {},
    profiles: {
      additionalProperties: { properties: Object.fromEntries(profileKeys.map((key) => [key, {}])) },
    },
  },
};

/** Keys of the format that mean something to other programs only: nobody's mistake. */
const foreign: JsonSchema = {
  properties: Object.fromEntries(
    `review_model model_supports_reasoning_summaries model_reasoning_summary_format instructions
    experimental_use_exec_command_tool experimental_use_unified_exec_tool hide_agent_reasoning
    experimental_use_rmcp_client disable_paste_burst file_opener tui projects otel features notice
    forced_login_method forced_chatgpt_workspace_id`
      .split(/\s+/)
      .map((key) => [key, {}]),
  ),
};

/** A key that nobody reads. */
export interface UnknownKey {
  /** Dotted. */
  readonly key: string;
  /** The known key that was most likely meant, dotted too. */
  readonly meant: string | undefined;
}

/** The keys of the settings that none of the readers knows; servers ignore them, as the format wants. */
export function unknownKeys(settings: JsonObject, readers: readonly JsonSchema[]): UnknownKey[] {
  return unknownIn(settings, [own, foreign, ...readers], "");
}

function unknownIn(
  table: JsonObject,
  readers: readonly JsonSchema[],
  prefix: string,
): UnknownKey[] {
  return Object.entries(table).flatMap(([key, value]) => {
    const inner = readers.flatMap((reader) => memberOf(reader, key));
    if (inner.length === 0) {
      const meant = nearest(key, readers.flatMap(namesIn));
      return [{ key: prefix + key, meant: meant === undefined ? undefined : prefix + meant }];
    }
    const isWhole = inner.some((schema) => !isTable(schema));
    return isWhole || !isJsonObject(value) ? [] : unknownIn(value, inner, `${prefix}${key}.`);
  });
}

/** What a table's schema says of one key; of names that are free, the same for all. */
function memberOf({ properties, additionalProperties }: JsonSchema, key: string): JsonSchema[] {
  const named =
    isJsonObject(properties) && Object.hasOwn(properties, key) ? properties[key] : undefined;
  const member = named ?? additionalProperties;
  return isJsonObject(member) ? [member] : [];
}

function namesIn({ properties }: JsonSchema): string[] {
  return isJsonObject(properties) ? Object.keys(properties) : [];
}

/** Whether a schema says which keys there are; what else stands there is all its own. */
function isTable({ properties, additionalProperties }: JsonSchema): boolean {
  return isJsonObject(properties) || isJsonObject(additionalProperties);
}
