import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { isJsonObject } from "../../core/index.ts";

/** A stored sign-in: an API key, or the tokens of a ChatGPT account. */
export type SignIn =
  | { readonly kind: "key"; readonly key: string }
  | { readonly kind: "tokens"; readonly token: string; readonly account: string | undefined };

/** Reads `auth.json` of the home folder; a missing or broken file is no sign-in. */
export async function readSignIn(home: string): Promise<SignIn | undefined> {
  let stored: unknown;
  try {
    stored = JSON.parse(await readFile(join(home, "auth.json"), "utf8"));
  } catch {
    return undefined;
  }
  if (!isJsonObject(stored)) return undefined;
  const key = stored["OPENAI_API_KEY"];
  if (typeof key === "string" && key.trim() !== "") return { kind: "key", key: key.trim() };
  const tokens = stored["tokens"];
  if (!isJsonObject(tokens)) return undefined;
  const token = tokens["access_token"];
  const account = tokens["account_id"];
  if (typeof token !== "string" || token === "") return undefined;
  return { kind: "tokens", token, account: typeof account === "string" ? account : undefined };
}
