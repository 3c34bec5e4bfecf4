import { isJsonObject, type AuthMethod, type JsonObject } from "../../core/index.ts";
import { claimsOf } from "./claims.ts";

/** What `auth.json` holds, as far as it is understood. */
export interface Stored {
  readonly key: string | undefined;
  readonly tokens: Tokens | undefined;
  /** Milliseconds since 1970. */
  readonly lastRefresh: number | undefined;
  /** The file as it is, for the members we do not know. */
  readonly source: JsonObject;
}

export interface Tokens {
  readonly idToken: string;
  readonly accessToken: string;
  /** Empty when there is none. */
  readonly refreshToken: string;
  readonly accountId: string | undefined;
}

export const nothingStored: Stored = {
  key: undefined,
  tokens: undefined,
  lastRefresh: undefined,
  source: {},
};

/** Older tokens are renewed before they are used, whatever they say of themselves. */
const longestAgeMs = 28 * 24 * 3_600_000;
/** A token is not sent off in its last moments. */
const marginMs = 30_000;

/** Reads the text of `auth.json`; `undefined` when it is broken. */
export function parseStored(text: string): Stored | undefined {
  let source: unknown;
  try {
    source = JSON.parse(text);
  } catch {
    // The parser's message quotes the text, which is secret.
    return undefined;
  }
  if (!isJsonObject(source)) return undefined;
  const { OPENAI_API_KEY: key = null, tokens = null, last_refresh: refreshed } = source;
  if (key !== null && typeof key !== "string") return undefined;
  if (tokens !== null && !isJsonObject(tokens)) return undefined;
  const time = typeof refreshed === "string" ? Date.parse(refreshed) : Number.NaN;
  return {
    key: key === null || key.trim() === "" ? undefined : key,
    tokens: tokens === null ? undefined : tokensOf(tokens),
    lastRefresh: Number.isNaN(time) ? undefined : time,
    source,
  };
}

function tokensOf(tokens: JsonObject): Tokens | undefined {
  const text = (name: string) => (typeof tokens[name] === "string" ? tokens[name] : "");
  const accessToken = text("access_token");
  if (accessToken === "") return undefined;
  const idToken = text("id_token");
  const accountId = text("account_id") || claimsOf(idToken).account;
  return { idToken, accessToken, refreshToken: text("refresh_token"), accountId };
}

/** The text of `auth.json` for an API key alone. */
export function keyText(key: string): string {
  return toText({ OPENAI_API_KEY: key });
}

/** The text of `auth.json` with these tokens; other members of `before` are kept. */
export function tokensText(tokens: Tokens, before: JsonObject): string {
  const former = isJsonObject(before["tokens"]) ? before["tokens"] : {};
  return toText({
    ...before,
    OPENAI_API_KEY: before["OPENAI_API_KEY"] ?? null,
    tokens: {
      ...former,
      id_token: tokens.idToken,
      access_token: tokens.accessToken,
      refresh_token: tokens.refreshToken,
      account_id: tokens.accountId ?? null,
    },
    last_refresh: new Date().toISOString(),
  });
}

function toText(value: JsonObject): string {
  return JSON.stringify(value, undefined, 2);
}

/** The method that is used where a file has both: the preferred one, else the key. */
export function methodOf(
  { key, tokens }: Stored,
  preferred: AuthMethod | undefined,
): AuthMethod | undefined {
  if (tokens !== undefined && (key === undefined || preferred === "chatgpt")) return "chatgpt";
  return key === undefined ? undefined : "apikey";
}

/** Whether the tokens must be renewed before they are used. */
export function isDue({ tokens, lastRefresh }: Stored): boolean {
  if (tokens === undefined) return false;
  const { expires } = claimsOf(tokens.accessToken);
  if (expires !== undefined && expires < Date.now() + marginMs) return true;
  return lastRefresh !== undefined && lastRefresh < Date.now() - longestAgeMs;
}
