import {
  ConversationError,
  isJsonObject,
  nearest,
  readShape,
  type Environment,
  type JsonObject,
} from "../../core/index.ts";
import { reservedIds } from "./builtin-ids.ts";
import type { ProviderTables } from "./provider-schema.ts";
import shapes from "./shapes.json" with { type: "json" };

/** Keys of a provider's table. */
export const providerKeys: readonly string[] = Object.keys(
  shapes.providerTables.additionalProperties.properties,
);

/** How a provider is spoken to; `package` is any AI SDK provider by its npm name. */
export type Wire = "responses" | "chat" | "anthropic" | "gemini" | "package";

/** A provider, ready to be asked. */
export interface Provider {
  readonly id: string;
  readonly name: string;
  readonly wire: Wire;
  readonly package: string | undefined;
  /** Absent: the public service of the wire. */
  readonly baseUrl: string | undefined;
  readonly envKey: string | undefined;
  readonly envKeyInstructions: string | undefined;
  readonly queryParams: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly envHeaders: Readonly<Record<string, string>>;
  readonly requestMaxRetries: number;
  readonly streamMaxRetries: number;
  readonly idleTimeoutMs: number;
  /**
   * Whether the stored sign-in of OpenAI may be sent: `never`; `after` the variable `envKey`; `first`,
   * before it. Only providers that ask for it get it: a stored token is no business of others.
   */
  readonly signIn: "never" | "after" | "first";
  /** Asked without a key when there is none, rather than not at all. */
  readonly keyless: boolean;
  /** Undefined: there is none, the person must name a model. */
  readonly defaultModel: string | undefined;
}

const plain: Omit<Provider, "id" | "name" | "wire"> = {
  package: undefined,
  baseUrl: undefined,
  envKey: undefined,
  envKeyInstructions: undefined,
  queryParams: {},
  headers: {},
  envHeaders: {},
  requestMaxRetries: 4,
  streamMaxRetries: 5,
  idleTimeoutMs: 300_000,
  signIn: "never",
  keyless: false,
  defaultModel: "gpt-5-codex",
};

/** The providers that need no configuration, by id. */
export function builtinProviders({ env, version }: Environment): Map<string, Provider> {
  const openaiUrl = variable(env, "OPENAI_BASE_URL");
  const port = variable(env, "CODEX_OSS_PORT") ?? "11434";
  const gemini: Provider = {
    ...plain,
    id: "gemini",
    name: "Gemini",
    wire: "gemini",
    envKey: "GEMINI_API_KEY",
    defaultModel: "gemini-pro-latest",
  };
  const providers: Provider[] = [
    {
      ...plain,
      id: "openai",
      name: "OpenAI",
      wire: "responses",
      baseUrl: openaiUrl,
      envKey: "OPENAI_API_KEY",
      headers: { version },
      envHeaders: {
        "OpenAI-Organization": "OPENAI_ORGANIZATION",
        "OpenAI-Project": "OPENAI_PROJECT",
      },
      signIn: "first",
      // A gateway of one's own may need no key.
      keyless: openaiUrl !== undefined,
    },
    localProvider(
      "oss",
      variable(env, "CODEX_OSS_BASE_URL") ?? `http://localhost:${port}/v1`,
      "gpt-oss:20b",
    ),
    {
      ...plain,
      id: "anthropic",
      name: "Anthropic",
      wire: "anthropic",
      baseUrl: variable(env, "ANTHROPIC_BASE_URL"),
      envKey: "ANTHROPIC_API_KEY",
      defaultModel: "claude-sonnet-5-5",
    },
    gemini,
    { ...gemini, id: "google" },
    {
      ...plain,
      id: "openrouter",
      name: "OpenRouter",
      wire: "chat",
      baseUrl: "https://openrouter.ai/api/v1",
      envKey: "OPENROUTER_API_KEY",
      defaultModel: "openrouter/auto",
    },
  ];
  return new Map(providers.map((provider) => [provider.id, provider]));
}

/** A server on this machine that speaks chat completions and wants no key. */
export function localProvider(id: string, baseUrl: string, model: string): Provider {
  return { ...plain, id, name: id, wire: "chat", baseUrl, keyless: true, defaultModel: model };
}

/**
 * The providers of `model_providers`, by id, and the entries that are ignored. Rejects with
 * `ConversationError` naming the first field that is wrong.
 */
export async function configuredProviders(values: JsonObject): Promise<{
  readonly providers: ReadonlyMap<string, Provider>;
  readonly ignored: readonly string[];
}> {
  const tables = values["model_providers"] ?? {};
  const entries = Object.entries(
    // What fits needs no zod; what does not is told by the schema.
    readShape<ProviderTables>(shapes.providerTables, tables) ??
      (await import("./tables.ts")).parseProviders(tables),
  );
  for (const [id, { base_url: url }] of entries) {
    if (url === undefined || URL.canParse(url)) continue;
    throw new ConversationError("settings", `model_providers.${id}.base_url: Invalid URL`);
  }
  const own = entries.filter(([id]) => !reservedIds.includes(id));
  return {
    providers: new Map(own.map(([id, table]) => [id, configured(id, table)])),
    ignored: entries.map(([id]) => id).filter((id) => reservedIds.includes(id)),
  };
}

function configured(id: string, table: ProviderTables[string]): Provider {
  return {
    id,
    name: table.name ?? id,
    wire: table.ai_sdk === undefined ? table.wire_api : "package",
    package: table.ai_sdk,
    baseUrl: table.base_url,
    envKey: table.env_key,
    envKeyInstructions: table.env_key_instructions,
    queryParams: table.query_params,
    headers: table.http_headers,
    envHeaders: table.env_http_headers,
    requestMaxRetries: Math.min(table.request_max_retries, 100),
    streamMaxRetries: Math.min(table.stream_max_retries, 100),
    idleTimeoutMs: table.stream_idle_timeout_ms,
    signIn: table.requires_openai_auth ? "after" : "never",
    keyless: table.env_key === undefined,
    defaultModel: defaultModels[table.ai_sdk === undefined ? table.wire_api : "package"],
  };
}

/**
 * What is odd about the entry of this provider: keys without a meaning, and then no address, so that
 * requests go to a public service that the person may not have meant.
 */
export function doubtAbout(
  { id, baseUrl, wire }: Provider,
  values: JsonObject,
): string | undefined {
  const tables = values["model_providers"];
  const table = isJsonObject(tables) ? tables[id] : undefined;
  if (baseUrl !== undefined || wire === "package" || !isJsonObject(table)) return undefined;
  const unknown = Object.keys(table).filter((key) => !providerKeys.includes(key));
  if (unknown.length === 0) return undefined;
  const keys = unknown.map((key) => {
    const meant = nearest(key, providerKeys);
    return `${JSON.stringify(key)}${meant === undefined ? "" : ` (did you mean ${meant}?)`}`;
  });
  const where = publicUrls[wire];
  return `model_providers.${id} has no base_url, so ${where} is asked; unknown keys: ${keys.join(", ")}`;
}

/** Where a wire is served to the public; a package knows its own address. */
export const publicUrls: Readonly<Record<Exclude<Wire, "package">, string>> = {
  responses: "https://api.openai.com/v1",
  chat: "https://api.openai.com/v1",
  anthropic: "https://api.anthropic.com/v1",
  gemini: "https://generativelanguage.googleapis.com/v1beta",
};

const defaultModels: Readonly<Record<Wire, string | undefined>> = {
  responses: "gpt-5-codex",
  chat: "gpt-5-codex",
  anthropic: "claude-sonnet-5-5",
  gemini: "gemini-pro-latest",
  package: undefined,
};

/** The URL of an endpoint below a provider's base URL, with the provider's query. */
export function endpoint(
  baseUrl: string,
  path: string,
  query: Readonly<Record<string, string>>,
): URL {
  const url = new URL(baseUrl);
  url.pathname = url.pathname.replace(/\/+$/, "") + path;
  addQuery(url, query);
  return url;
}

/** Adds to a URL's query; blanks as %20, because not every server reads `+` as one. */
export function addQuery(url: URL, query: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(query)) url.searchParams.set(name, value);
  url.search = url.search.replaceAll("+", "%20");
}

/** The value of an environment variable, trimmed; blank counts as unset. */
export function variable(env: Environment["env"], name: string): string | undefined {
  const value = env[name]?.trim();
  return value === "" ? undefined : value;
}
