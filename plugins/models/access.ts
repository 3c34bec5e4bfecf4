import { ModelError } from "./failure.ts";
import type { Opening } from "./open.ts";
import { publicUrls, variable, type Provider } from "./provider.ts";
import { readSignIn, type SignIn } from "./sign-in.ts";
import { originator, userAgent } from "./user-agent.ts";

/** Where a request goes and what proves that it may. */
export interface Access {
  readonly baseUrl: string;
  readonly key: string | undefined;
  /** ChatGPT account of a stored sign-in. */
  readonly account: string | undefined;
}

/**
 * Finds the key for a provider, anew for each request, as a sign-in may change. Rejects with
 * `ModelError` when the variable that should hold it is not set.
 */
export async function providerAccess(opening: Opening): Promise<Access> {
  const { provider, world } = opening;
  const baseUrl =
    provider.baseUrl ?? (provider.wire === "package" ? "" : publicUrls[provider.wire]);
  const fromEnv =
    provider.envKey === undefined ? undefined : variable(world.environment.env, provider.envKey);
  if (fromEnv !== undefined && provider.signIn !== "first") {
    return { baseUrl, key: fromEnv, account: undefined };
  }
  const signIn = provider.signIn === "never" ? undefined : await readSignIn(world.home);
  if (signIn !== undefined) return signedIn(opening, signIn, baseUrl);
  if (fromEnv === undefined && !provider.keyless) throw missingKey(provider);
  return { baseUrl, key: fromEnv, account: undefined };
}

function signedIn({ provider, query }: Opening, signIn: SignIn, baseUrl: string): Access {
  if (signIn.kind === "key") return { baseUrl, key: signIn.key, account: undefined };
  const configured = query.settings.values["chatgpt_base_url"];
  const backend = typeof configured === "string" ? configured : "https://chatgpt.com/backend-api/";
  return {
    baseUrl: provider.baseUrl ?? `${backend.replace(/\/+$/, "")}/codex`,
    key: signIn.token,
    account: signIn.account,
  };
}

function missingKey({ envKey, envKeyInstructions }: Provider): ModelError {
  const hint = envKeyInstructions === undefined ? "" : ` ${envKeyInstructions}`;
  const message = `Missing environment variable: \`${envKey ?? ""}\`.${hint}`;
  return new ModelError({ message, retryable: false });
}

/** The headers that every wire sends; the provider's own beat ours. */
export function requestHeaders(opening: Opening, access: Access): Record<string, string> {
  const { provider, query, world } = opening;
  const { env } = world.environment;
  const headers: Record<string, string> = {
    Accept: "text/event-stream",
    "Content-Type": "application/json",
    originator: originator(env),
    "User-Agent": userAgent(world.environment, query.client),
  };
  if (access.key !== undefined) headers["Authorization"] = `Bearer ${access.key}`;
  if (access.account !== undefined) headers["chatgpt-account-id"] = access.account;
  return { ...headers, ...ownHeaders(provider, env) };
}

/** `http_headers` and `env_http_headers`; a variable that is unset or blank gives no header. */
export function ownHeaders(
  provider: Provider,
  env: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const headers: Record<string, string> = { ...provider.headers };
  for (const [header, name] of Object.entries(provider.envHeaders)) {
    const value = variable(env, name);
    if (value !== undefined) headers[header] = value;
  }
  return headers;
}
