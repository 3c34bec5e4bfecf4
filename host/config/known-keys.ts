import { nearest } from "../../core/nearest.ts";
import { isJsonObject, type JsonObject } from "../../core/json.ts";
import { profileKeys } from "./settings.ts";

/** Keys of a table; `undefined`: a value, or a table of anything; "*": tables whose names are free. */
interface Known {
  readonly [key: string]: Known | undefined;
}

const values = (keys: string): Known =>
  Object.fromEntries(keys.split(/\s+/).map((key) => [key, undefined]));

// The plugin for external servers names what is strange in their tables.
/** What is read, by us or, without any meaning here, by the programs whose format this is. */
const known: Known = {
  ...values(`model model_provider model_context_window model_max_output_tokens
    model_auto_compact_token_limit model_reasoning_effort model_reasoning_summary model_verbosity
    model_supports_reasoning_summaries model_reasoning_summary_format review_model approval_policy
    sandbox_mode notify instructions experimental_instructions_file compact_prompt
    project_doc_max_bytes project_doc_fallback_filenames profile show_raw_agent_reasoning
    hide_agent_reasoning parallel_tool_calls codex_linux_sandbox_exe chatgpt_base_url
    offline_scenario experimental_use_exec_command_tool experimental_use_unified_exec_tool
    experimental_use_rmcp_client disable_paste_burst file_opener tui projects otel features notice
    preferred_auth_method forced_login_method forced_chatgpt_workspace_id mcp_servers`),
  sandbox_workspace_write: values(
    "writable_roots network_access exclude_tmpdir_env_var exclude_slash_tmp",
  ),
  shell_environment_policy: {
    ...values("inherit ignore_default_excludes exclude include_only experimental_use_profile"),
    set: undefined,
  },
  auth: values("issuer client_id port"),
  requirements: values("sandbox_modes approval_policies network_access"),
  history: values("persistence max_bytes"),
  tools: values("web_search web_search_request view_image"),
  model_providers: {
    "*": {
      ...values(`name base_url wire_api ai_sdk env_key env_key_instructions request_max_retries
        stream_max_retries stream_idle_timeout_ms requires_openai_auth`),
      ...values("query_params http_headers env_http_headers"),
    },
  },
  model_traits: {
    "*": values(`reasoning verbosity patch_manual patch_tool shell_tool context_window
      auto_compact_token_limit`),
  },
  profiles: { "*": values(profileKeys.join(" ")) },
};

/** A key that nothing built in reads. */
export interface UnknownKey {
  /** Dotted. */
  readonly key: string;
  /** The known key that was most likely meant, dotted too. */
  readonly meant: string | undefined;
}

/** The keys of the settings that nobody reads; servers ignore them, as the format wants. */
export function unknownKeys(settings: JsonObject): UnknownKey[] {
  return unknownIn(settings, known, "");
}

function unknownIn(table: JsonObject, names: Known, prefix: string): UnknownKey[] {
  return Object.entries(table).flatMap(([key, value]) => {
    const isFree = Object.hasOwn(names, "*");
    if (!isFree && !Object.hasOwn(names, key)) {
      const meant = nearest(key, Object.keys(names));
      return [{ key: prefix + key, meant: meant === undefined ? undefined : prefix + meant }];
    }
    const inner = names[isFree ? "*" : key];
    return inner !== undefined && isJsonObject(value)
      ? unknownIn(value, inner, `${prefix}${key}.`)
      : [];
  });
}
