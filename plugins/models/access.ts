import {
  errorMessage,
  isConversationError,
  originator,
  userAgent,
  type Credential,
} from "../../core/index.ts";
import { ModelError } from "./failure.ts";
import type { Opening } from "./open.ts";
import { publicUrls, variable, type Provider } from "./provider.ts";

/** Where a request goes and what proves that it may. */
export interface Access {
  readonly baseUrl: string;
  readonly key: string | undefined;
  /** The stored sign-in that the key is of. */
  readonly signIn: Credential | undefined;
}

/**
 * Finds the key for a provider, anew for each request, as a sign-in may change. Rejects with
 * `ModelError` when there is none, or the sign-in cannot be renewed.
 */
export async function providerAccess(opening: Opening, signal: AbortSignal): Promise<Access> {
  const { provider, world } = opening;
  const baseUrl =
    provider.baseUrl ?? (provider.wire === "package" ? "" : publicUrls[provider.wire]);
  const fromEnv =
    provider.envKey === undefined ? undefined : variable(world.environment.env, provider.envKey);
  if (fromEnv !== undefined && provider.signIn !== "first") {
    return { baseUrl, key: fromEnv, signIn: undefined };
  }
  const signIn = provider.signIn === "never" ? undefined : await stored(opening, signal);
  if (signIn !== undefined) return signedIn(opening, signIn, baseUrl);
  const blocked = provider.signIn === "after" && world.credentials === undefined;
  const mayAskWithout = provider.keyless && !blocked && !lacksSignIn(provider);
  if (fromEnv === undefined && !mayAskWithout) throw missingKey(opening);
  return { baseUrl, key: fromEnv, signIn: undefined };
}

/** Access by a new token after this one was refused; `undefined` when there is none. */
export async function renewedAccess(
  opening: Opening,
  { signIn, baseUrl }: Access,
  signal: AbortSignal,
): Promise<Access | undefined> {
  if (signIn === undefined) return undefined;
  const renewed = await asked(() => opening.world.credentials?.renew(signIn, signal));
  return renewed === undefined ? undefined : signedIn(opening, renewed, baseUrl);
}

function stored({ world }: Opening, signal: AbortSignal): Promise<Credential | undefined> {
  return asked(() => world.credentials?.current(signal));
}

/** A sign-in that cannot be had is no reason to try again. */
async function asked<T>(ask: () => Promise<T> | undefined): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (!isConversationError(error)) throw error;
    throw new ModelError({ message: errorMessage(error), retryable: false }, { cause: error });
  }
}

function signedIn({ provider, query }: Opening, signIn: Credential, baseUrl: string): Access {
  if (signIn.method === "apikey") return { baseUrl, key: signIn.token, signIn };
  const configured = query.settings.values["chatgpt_base_url"];
  const backend = typeof configured === "string" ? configured : "https://chatgpt.com/backend-api/";
  return {
    baseUrl: provider.baseUrl ?? `${backend.replace(/\/+$/, "")}/codex`,
    key: signIn.token,
    signIn,
  };
}

/**
 * Whether a provider gets nothing that proves who asks while nobody is signed in. One with headers or
 * query parameters of its own may find the proof there.
 */
export function lacksSignIn({ signIn, headers, envHeaders, queryParams }: Provider): boolean {
  const own = { ...headers, ...envHeaders, ...queryParams };
  return signIn === "after" && Object.keys(own).length === 0;
}

function missingKey({ provider, world }: Opening): ModelError {
  const { id, envKey, envKeyInstructions, signIn } = provider;
  if (signIn !== "never" && world.credentials === undefined) {
    const instead = envKey === undefined ? "" : `, or set ${envKey}`;
    const message = `provider "${id}" needs a sign-in, and the plugin auth is switched off: switch it on${instead}`;
    return new ModelError({ message, retryable: false });
  }
  if (envKey === undefined) {
    const message = `provider "${id}" needs a sign-in, and nobody is signed in: run portico login`;
    return new ModelError({ message, retryable: false });
  }
  const instead = signIn === "never" ? undefined : "Set it, or sign in (portico login).";
  const instructions = envKeyInstructions ?? instead;
  const hint = instructions === undefined ? "" : ` ${instructions}`;
  const message = `Missing environment variable: \`${envKey}\`.${hint}`;
  return new ModelError({ message, retryable: false });
}

// Providers know this name.
const program = "codex_cli_rs";

/** The headers that every wire sends; the provider's own beat ours. */
export function requestHeaders(opening: Opening, access: Access): Record<string, string> {
  const { provider, query, world } = opening;
  const { env } = world.environment;
  const headers: Record<string, string> = {
    Accept: "text/event-stream",
    "Content-Type": "application/json",
    originator: originator(env, program),
    "User-Agent": userAgent(world.environment, { program, client: query.client }),
  };
  if (access.key !== undefined) headers["Authorization"] = `Bearer ${access.key}`;
  const account = access.signIn?.accountId;
  if (account !== undefined) headers["chatgpt-account-id"] = account;
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
