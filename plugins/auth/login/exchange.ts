import {
  allowInsecureRequests,
  authorizationCodeGrantRequest,
  type AuthorizationServer,
  calculatePKCECodeChallenge,
  type Client,
  customFetch,
  generateRandomState,
  genericTokenEndpointRequest,
  None,
  type TokenEndpointRequestOptions,
  validateAuthResponse,
} from "oauth4webapi";
import { randomBytes } from "node:crypto";
import type { Environment, Log } from "../../../core/index.ts";
import { claimsOf } from "../claims.ts";
import { post } from "../http.ts";
import { objectOf, refusal } from "../refresh.ts";
import type { AuthSettings } from "../settings.ts";
import type { Tokens } from "../stored.ts";

/** Where a code is exchanged, and by whom. */
export interface Party {
  readonly settings: AuthSettings;
  readonly environment: Environment;
  readonly log: Log;
  readonly signal: AbortSignal;
}

/** What only this sign-in knows (RFC 7636; RFC 6749, section 10.12). */
export interface Secrets {
  readonly verifier: string;
  readonly challenge: string;
  readonly state: string;
}

export async function newSecrets(): Promise<Secrets> {
  const verifier = randomBytes(64).toString("base64url");
  const challenge = await calculatePKCECodeChallenge(verifier);
  return { verifier, challenge, state: generateRandomState() };
}

/** The page that the person opens; the order of its query is the one that clients know. */
export function authorizeUrl(
  { settings: { issuer, clientId }, environment: { env } }: Party,
  { challenge, state }: Secrets,
  redirectUri: string,
): string {
  const query = {
    response_type: "code",
    client_id: clientId,
    redirect_uri: redirectUri,
    scope: "openid profile email offline_access",
    code_challenge: challenge,
    code_challenge_method: "S256",
    id_token_add_organizations: "true",
    codex_cli_simplified_flow: "true",
    state,
    originator: env["CODEX_INTERNAL_ORIGINATOR_OVERRIDE"] || "codex_cli_rs",
  };
  const pairs = Object.entries(query).map(([key, value]) => `${key}=${encodeURIComponent(value)}`);
  return `${issuer}/oauth/authorize?${pairs.join("&")}`;
}

/** The address that the browser came back with, and what it was sent off with. */
export interface Callback {
  readonly url: URL;
  readonly redirectUri: string;
  readonly secrets: Secrets;
}

/** Tokens for the code of a callback. Rejects with an error whose text holds no secret. */
export async function exchangeCode(party: Party, { url, redirectUri, secrets }: Callback) {
  const { server, client, options } = asked(party);
  const response = await authorizationCodeGrantRequest(
    server,
    client,
    None(),
    validateAuthResponse(server, client, url, secrets.state),
    redirectUri,
    secrets.verifier,
    options,
  );
  const body = objectOf(await response.text());
  if (response.status !== 200) throw new Error(refusal(statusOf(response), body));
  const text = (name: string) => (typeof body[name] === "string" ? body[name] : "");
  const accessToken = text("access_token");
  if (accessToken === "") throw new Error("the token endpoint gave no access token");
  const idToken = text("id_token");
  const tokens: Tokens = {
    idToken,
    accessToken,
    refreshToken: text("refresh_token"),
    accountId: claimsOf(idToken).account,
  };
  return tokens;
}

/** An API key for an ID token (RFC 8693), where the account has such; else `undefined`. */
export async function apiKeyFor(idToken: string, party: Party): Promise<string | undefined> {
  if (idToken === "") return undefined;
  const { server, client, options } = asked(party);
  try {
    const response = await genericTokenEndpointRequest(
      server,
      client,
      None(),
      "urn:ietf:params:oauth:grant-type:token-exchange",
      {
        requested_token: "openai-api-key",
        subject_token: idToken,
        subject_token_type: "urn:ietf:params:oauth:token-type:id_token",
      },
      options,
    );
    const key = objectOf(await response.text())["access_token"];
    return response.status === 200 && typeof key === "string" && key !== "" ? key : undefined;
  } catch (error) {
    // Most accounts have none; the tokens are enough.
    party.log.debug("no API key for this sign-in", { error });
    return undefined;
  }
}

function asked({ settings, environment, signal }: Party) {
  const { issuer, clientId } = settings;
  const server: AuthorizationServer = { issuer, token_endpoint: `${issuer}/oauth/token` };
  const client: Client = { client_id: clientId };
  const options: TokenEndpointRequestOptions = {
    // Without TLS on loopback only: the settings refuse any other such issuer.
    [allowInsecureRequests]: new URL(issuer).protocol === "http:",
    signal,
    [customFetch]: async (url, { headers, body }) => {
      const { env } = environment;
      const answer = await post({ url: new URL(url), headers, body: body.toString(), env, signal });
      const { status, text } = answer;
      return new Response([204, 205, 304].includes(status) ? null : text, { status });
    },
  };
  return { server, client, options };
}

function statusOf({ status }: Response): string {
  const phrase = process.getBuiltinModule("node:http").STATUS_CODES[status] ?? "";
  return `${status} ${phrase}`.trimEnd();
}
