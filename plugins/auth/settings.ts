import {
  ConversationError,
  isJsonObject,
  isLoopback,
  type AuthMethod,
  type JsonObject,
  type Settings,
} from "../../core/index.ts";

/** What `config.toml` says about signing in. */
export interface AuthSettings {
  /** Base URL of who gives out tokens, without a slash at its end. */
  readonly issuer: string;
  readonly clientId: string;
  /** Loopback ports to wait for the browser at, the first free one wins; 0 is any. */
  readonly ports: readonly number[];
  readonly preferred: AuthMethod | undefined;
  /** Whether the provider that the settings name asks for a sign-in. */
  readonly asked: boolean;
}

const vendorIssuer = "https://auth.openai.com";
/** Under this public client the vendor issues the tokens that `auth.json` holds. */
const vendorClient = "app_EMoamEEZ73f0CkXaXp7hrann";
/** The ports that the vendor knows as redirect addresses of its client. */
const vendorPorts = [1455, 1457];

/** Reads the settings anew. Rejects with `ConversationError` naming the key that is wrong. */
export async function authSettings(settings: Settings): Promise<AuthSettings> {
  const { values } = await settings.load();
  const auth = values["auth"] ?? {};
  if (!isJsonObject(auth)) throw wrong("auth", "a table", auth);
  const port = auth["port"] ?? undefined;
  if (port !== undefined && !isPort(port)) throw wrong("auth.port", "a port number", port);
  return {
    issuer: issuerOf(auth["issuer"]),
    clientId: text("auth.client_id", auth["client_id"]) ?? vendorClient,
    ports: [...(port === undefined ? vendorPorts : [port]), 0],
    preferred: preferredOf(values["preferred_auth_method"]),
    asked: isAsked(values),
  };
}

function issuerOf(value: unknown): string {
  const issuer = text("auth.issuer", value)?.replace(/\/+$/, "");
  if (issuer === undefined) return vendorIssuer;
  if (!URL.canParse(issuer)) throw wrong("auth.issuer", "a URL", value);
  const url = new URL(issuer);
  // Tokens travel there: in the clear only where nobody can listen.
  if (url.protocol === "https:" || (url.protocol === "http:" && isLoopback(url))) return issuer;
  throw wrong("auth.issuer", "an https URL", value);
}

function preferredOf(value: unknown): AuthMethod | undefined {
  if (value === undefined || value === null) return undefined;
  if (value === "apikey" || value === "chatgpt") return value;
  throw wrong("preferred_auth_method", '"apikey" or "chatgpt"', value);
}

function isAsked({ model_provider: id = null, model_providers: providers }: JsonObject): boolean {
  // With nothing named it may become this one, once somebody has signed in.
  if (id === null || id === "openai") return true;
  const own = isJsonObject(providers) && typeof id === "string" ? providers[id] : undefined;
  return isJsonObject(own) && own["requires_openai_auth"] === true;
}

function isPort(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 0 && Number(value) <= 65_535;
}

function text(key: string, value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value === "string" && value !== "") return value;
  throw wrong(key, "a text", value);
}

function wrong(key: string, expected: string, value: unknown): ConversationError {
  return new ConversationError(
    "settings",
    `${key}: expected ${expected}, got ${JSON.stringify(value)}`,
  );
}
