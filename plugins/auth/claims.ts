import { isJsonObject, type JsonObject } from "../../core/index.ts";

/** What is read out of a token; nothing verifies it. */
export interface Claims {
  readonly email: string | undefined;
  /** The ChatGPT account that requests are made for. */
  readonly account: string | undefined;
  readonly plan: string | undefined;
  /** Milliseconds since 1970. */
  readonly expires: number | undefined;
}

/** The claims of a JSON Web Token; all absent for what is none, as an access token may be. */
export function claimsOf(token: string): Claims {
  const payload = payloadOf(token);
  const own = payload["https://api.openai.com/auth"];
  const account = isJsonObject(own) ? own : {};
  const { exp } = payload;
  return {
    email: text(payload["email"]),
    account: text(account["chatgpt_account_id"]),
    plan: text(account["chatgpt_plan_type"]),
    expires: typeof exp === "number" ? exp * 1000 : undefined,
  };
}

function payloadOf(token: string): JsonObject {
  const part = token.split(".")[1];
  if (part === undefined) return {};
  try {
    const payload: unknown = JSON.parse(Buffer.from(part, "base64url").toString("utf8"));
    return isJsonObject(payload) ? payload : {};
  } catch {
    return {};
  }
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
