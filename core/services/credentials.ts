import { token } from "../plugin/token.ts";

/** How somebody is signed in, in the words of the wire. */
export type AuthMethod = "apikey" | "chatgpt";

/** What a request to a provider that asks for it is signed with. */
export interface Credential {
  readonly method: AuthMethod;
  /** The bearer token; a secret. */
  readonly token: string;
  /** The account the token is for, where the provider wants to know it. */
  readonly accountId?: string;
}

export interface CredentialStatus {
  /** Absent: nobody is signed in. */
  readonly method?: AuthMethod;
  /** From the ID token, unverified. */
  readonly email?: string;
}

/** Who is signed in; only for providers that ask for it. */
export interface Credentials {
  /**
   * The stored credential, refreshed first when it is due; undefined when nobody is signed in.
   * Rejects with `ConversationError` of kind `settings` when it cannot be refreshed.
   */
  current(signal?: AbortSignal): Promise<Credential | undefined>;
  /** A new token after `refused` was turned down; undefined when there is none to be had. */
  renew(refused: Credential, signal?: AbortSignal): Promise<Credential | undefined>;
  /** What is stored, without any request. */
  status(): Promise<CredentialStatus>;
}

export const Credentials = token<Credentials>("credentials");
