import { isJsonObject, type Environment, type JsonObject } from "../../core/index.ts";
import { post } from "./http.ts";
import type { AuthSettings } from "./settings.ts";
import type { Tokens } from "./stored.ts";

/** Asks the issuer for new tokens. Rejects with an error that says why there are none. */
export async function refreshed(
  tokens: Tokens,
  { issuer, clientId }: AuthSettings,
  { env, signal }: { readonly env: Environment["env"]; readonly signal: AbortSignal | undefined },
): Promise<Tokens> {
  if (tokens.refreshToken === "") throw new Error("auth.json has no refresh token");
  const answer = await post({
    url: new URL(`${issuer}/oauth/token`),
    // The vendor takes JSON here, though OAuth (RFC 6749, section 6) has a form.
    headers: { "content-type": "application/json", accept: "application/json" },
    body: JSON.stringify({
      client_id: clientId,
      grant_type: "refresh_token",
      refresh_token: tokens.refreshToken,
      scope: "openid profile email",
    }),
    env,
    signal,
  });
  const body = objectOf(answer.text);
  if (answer.status !== 200) throw new Error(refusal(answer.statusText, body));
  const text = (name: string) => (typeof body[name] === "string" ? body[name] : "");
  if (text("access_token") === "") throw new Error("the token endpoint gave no access token");
  return {
    idToken: text("id_token") || tokens.idToken,
    accessToken: text("access_token"),
    // Where it is not replaced, the old one stays good.
    refreshToken: text("refresh_token") || tokens.refreshToken,
    accountId: tokens.accountId,
  };
}

/** Why the token endpoint refused: its status, and the code of RFC 6749, section 5.2. */
export function refusal(statusText: string, body: JsonObject): string {
  const { error } = body;
  const code = isJsonObject(error) ? error["code"] : error;
  const known = typeof code === "string" && /^[a-z_]{1,40}$/.test(code) ? ` (${code})` : "";
  return `token endpoint returned status ${statusText}${known}`;
}

/** The object that a text is, an empty one for anything else. */
export function objectOf(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : {};
  } catch {
    return {};
  }
}
