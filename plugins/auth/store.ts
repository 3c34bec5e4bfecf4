import {
  ConversationError,
  errorMessage,
  type AuthMethod,
  type Credential,
  type Credentials,
  type CredentialStatus,
  type Environment,
  type Log,
  type Settings,
} from "../../core/index.ts";
import { claimsOf } from "./claims.ts";
import { AuthFile } from "./file.ts";
import { withLock } from "./lock.ts";
import { refreshed } from "./refresh.ts";
import { authSettings, type AuthSettings } from "./settings.ts";
import { isDue, keyText, methodOf, tokensText, type Stored, type Tokens } from "./stored.ts";

/** What the parts of this plugin know of the process. */
export interface World {
  readonly settings: Settings;
  readonly environment: Environment;
  readonly log: Log;
  /** Aborted when the host closes. */
  readonly signal: AbortSignal;
}

/** Longer than one exchange with the issuer takes, as who waits may wait for it. */
const lockLimitMs = 70_000;

/** Who is signed in, by `auth.json`. It is read anew each time: other programs write it too. */
export class Store implements Credentials {
  readonly file: AuthFile;
  readonly #world: World;
  readonly #running = new Map<string, Promise<Stored>>();
  /** The access token that this process stored last. */
  #own = "";
  /** Aborted when what a renewal is about is replaced. */
  #abandon = new AbortController();

  constructor(world: World) {
    this.#world = world;
    this.file = new AuthFile(world.settings.home, world.log);
  }

  async current(signal?: AbortSignal): Promise<Credential | undefined> {
    const [stored, settings] = await Promise.all([this.file.read(), this.#settings()]);
    const credential = sendable(credentialOf(stored, settings.preferred));
    if (credential?.method !== "chatgpt" || !isDue(stored)) return credential;
    const renewed = await this.#renewed(credential.token, settings, signal);
    return sendable(credentialOf(renewed, settings.preferred));
  }

  async renew(refused: Credential, signal?: AbortSignal): Promise<Credential | undefined> {
    const [stored, settings] = await Promise.all([this.file.read(), this.#settings()]);
    const credential = sendable(credentialOf(stored, settings.preferred));
    // Somebody signed in anew, or renewed it, in the meantime.
    if (credential === undefined || credential.token !== refused.token) return credential;
    if (credential.method === "apikey") return undefined;
    const renewed = await this.#renewed(credential.token, settings, signal);
    return sendable(credentialOf(renewed, settings.preferred));
  }

  async status(): Promise<CredentialStatus> {
    const [stored, settings] = await Promise.all([this.file.read(), this.#settings()]);
    const method = methodOf(stored, settings.preferred);
    const email = emailOf(stored);
    return { ...(method !== undefined && { method }), ...(email !== undefined && { email }) };
  }

  /**
   * What is stored after new tokens were asked for, as a client wishes. Tokens that another process
   * got since this one started are new enough.
   */
  async refresh(): Promise<Stored> {
    const [stored, settings] = await Promise.all([this.file.read(), this.#settings()]);
    const { tokens, lastRefresh = 0 } = stored;
    if (tokens === undefined) return stored;
    const foreign = tokens.accessToken !== this.#own;
    if (foreign && lastRefresh >= performance.timeOrigin && !isDue(stored)) return stored;
    return this.#renewed(tokens.accessToken, settings, undefined);
  }

  /** Stores a key in place of whatever was there. */
  async saveKey(key: string): Promise<void> {
    await this.file.prepare();
    await this.#change(() => this.file.write(keyText(key)));
  }

  /** Stores the tokens of a new sign-in, and the key that came with them. */
  async saveTokens(tokens: Tokens, key: string | undefined): Promise<void> {
    await this.file.prepare();
    this.#own = tokens.accessToken;
    const text = tokensText(tokens, { OPENAI_API_KEY: key ?? null });
    await this.#change(() => this.file.write(text));
  }

  remove(): Promise<void> {
    return this.#change(() => this.file.remove());
  }

  /** A renewal of ours is broken off: it has the lock, and its tokens are not wanted any more. */
  async #change(change: () => Promise<void>): Promise<void> {
    this.#abandon.abort(new Error("somebody signed in or out meanwhile"));
    this.#abandon = new AbortController();
    const { signal } = this.#world;
    await withLock(await this.file.lock(), { limitMs: lockLimitMs, signal }, change);
  }

  #settings(): Promise<AuthSettings> {
    return authSettings(this.#world.settings);
  }

  /** New tokens in place of this one, got once however many ask for them. */
  async #renewed(
    token: string,
    settings: AuthSettings,
    signal: AbortSignal | undefined,
  ): Promise<Stored> {
    let running = this.#running.get(token);
    if (running === undefined) {
      running = this.#renew(token, settings).finally(() => this.#running.delete(token));
      this.#running.set(token, running);
    }
    try {
      return await unlessAborted(running, signal);
    } catch (error) {
      signal?.throwIfAborted();
      const why = `the ChatGPT sign-in could not be renewed: ${errorMessage(error)}`;
      throw new ConversationError("settings", `${why}; sign in again (portico login)`, {
        cause: error,
      });
    }
  }

  async #renew(token: string, settings: AuthSettings): Promise<Stored> {
    const { environment } = this.#world;
    const signal = AbortSignal.any([this.#world.signal, this.#abandon.signal]);
    /** What another process stored instead, or that nothing is stored any more. */
    const replaced = async () => {
      const stored = await this.file.read();
      return stored.tokens?.accessToken === token ? undefined : stored;
    };
    return withLock(
      await this.file.lock(),
      { limitMs: lockLimitMs, signal, meanwhile: replaced },
      async () => {
        const stored = await this.file.read();
        const { tokens } = stored;
        if (tokens === undefined || tokens.accessToken !== token) return stored;
        let fresh: Tokens;
        try {
          fresh = await refreshed(tokens, settings, { env: environment.env, signal });
        } catch (error) {
          // A program that takes no locks may have used the refresh token up.
          const other = await replaced();
          if (other !== undefined) return other;
          throw error;
        }
        // Signed in or out meanwhile, by such a program: that counts.
        const other = await replaced();
        if (other !== undefined) return other;
        this.#own = fresh.accessToken;
        await this.file.write(tokensText(fresh, stored.source));
        return { ...stored, tokens: fresh, lastRefresh: Date.now() };
      },
    );
  }
}

/** The credential that counts, with its secret as it is stored. */
export function credentialOf(
  stored: Stored,
  preferred: AuthMethod | undefined,
): Credential | undefined {
  const method = methodOf(stored, preferred);
  const { key, tokens } = stored;
  if (method === "chatgpt" && tokens !== undefined) {
    const { accessToken, accountId } = tokens;
    return { method, token: accessToken, ...(accountId !== undefined && { accountId }) };
  }
  return key === undefined ? undefined : { method: "apikey", token: key };
}

/** A secret as a header carries it. Throws where none can, before the transport complains of it. */
function sendable(credential: Credential | undefined): Credential | undefined {
  if (credential === undefined) return undefined;
  const token = credential.token.trim();
  if (/^[\x21-\x7e]+$/.test(token)) return { ...credential, token };
  const what = credential.method === "apikey" ? "API key" : "access token";
  const message = `the stored ${what} holds characters that cannot be sent`;
  throw new ConversationError("settings", `${message}; sign in again (portico login)`);
}

/** The address in the ID token, unverified. */
export function emailOf({ tokens }: Stored): string | undefined {
  return tokens === undefined ? undefined : claimsOf(tokens.idToken).email;
}

/** The promise, given up when the signal aborts; what it does goes on for others. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const stop = () =>
      reject(signal.reason instanceof Error ? signal.reason : new Error("aborted"));
    if (signal.aborted) return stop();
    signal.addEventListener("abort", stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}
