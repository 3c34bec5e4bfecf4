import { errorMessage, InternalError, RpcError } from "../../core/index.ts";
import type { Settings } from "../../core/index.ts";
import { SavedKeys, type SavedConfig } from "./saved-config-schema.ts";

/** What config.toml says now, under the start's own overrides, with no profile laid over it. */
export async function getUserSavedConfig(settings: Settings): Promise<{ config: SavedConfig }> {
  const { values } = await settings.load({ config: { profile: null } }).catch((cause: unknown) => {
    throw new RpcError(InternalError, `failed to load config.toml: ${errorMessage(cause)}`);
  });
  const parsed = SavedKeys.safeParse(values);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(
      ({ path, message }) => `${path.join(".")}: ${message}`,
    );
    throw new RpcError(InternalError, `failed to parse config.toml: ${problems.join("; ")}`);
  }
  const profile = await activeProfile(settings);
  return { config: shown(parsed.data, profile) };
}

/** An unknown one is told by whoever opens a conversation. */
async function activeProfile(settings: Settings): Promise<string | undefined> {
  try {
    return (await settings.load()).profile;
  } catch {
    return undefined;
  }
}

function shown(keys: SavedKeys, profile: string | undefined): SavedConfig {
  const { sandbox_workspace_write: write, tools } = keys;
  return present({
    approvalPolicy: keys.approval_policy,
    sandboxMode: keys.sandbox_mode,
    sandboxSettings: write && {
      writableRoots: write.writable_roots ?? [],
      networkAccess: write.network_access ?? false,
      excludeTmpdirEnvVar: write.exclude_tmpdir_env_var ?? false,
      excludeSlashTmp: write.exclude_slash_tmp ?? false,
    },
    model: keys.model,
    modelReasoningEffort: keys.model_reasoning_effort,
    modelReasoningSummary: keys.model_reasoning_summary,
    modelVerbosity: keys.model_verbosity,
    tools: tools && {
      webSearch: tools.web_search ?? tools.web_search_request,
      viewImage: tools.view_image,
    },
    profile,
    profiles: Object.fromEntries(
      Object.entries(keys.profiles ?? {}).map(([name, each]) => [name, shownProfile(each)]),
    ),
  });
}

/** Every member is there; what is not set is null. */
function shownProfile(keys: NonNullable<SavedKeys["profiles"]>[string]) {
  return {
    model: keys.model ?? null,
    modelProvider: keys.model_provider ?? null,
    approvalPolicy: keys.approval_policy ?? null,
    modelReasoningEffort: keys.model_reasoning_effort ?? null,
    modelReasoningSummary: keys.model_reasoning_summary ?? null,
    modelVerbosity: keys.model_verbosity ?? null,
    chatgptBaseUrl: keys.chatgpt_base_url ?? null,
  };
}

/** Without the members that are undefined. */
function present<T extends object>(value: T): T {
  // Optional members may as well be absent.
  return Object.fromEntries(Object.entries(value).filter(([, each]) => each !== undefined)) as T;
}
