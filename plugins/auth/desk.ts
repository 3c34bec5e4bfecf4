import {
  errorMessage,
  InternalError,
  InvalidRequest,
  RpcError,
  type AuthMethod,
  type Call,
  type Client,
  type CredentialStatus,
} from "../../core/index.ts";
import { canonicalId } from "./login/id.ts";
import type { Login, Outcome } from "./login/login.ts";
import { authStatusChange, loginChatGptComplete } from "./methods.ts";
import type {
  CancelParams,
  KeyParams,
  LoginResult,
  Nothing,
  StatusParams,
  StatusResult,
  UserInfo,
} from "./schemas.ts";
import { authSettings } from "./settings.ts";
import { credentialOf, emailOf, Store, type World } from "./store.ts";
import { isDue, methodOf } from "./stored.ts";

type AnsweredCall = Pick<Call, "afterAnswer">;

const notCompleted = "Login server error: Login was not completed";

/** Answers the methods of this plugin, one after the other: a client may send several at once. */
export class Desk {
  readonly store: Store;
  readonly #world: World;
  readonly #client: Client;
  #login: Login | undefined;
  /** The request that ended a sign-in, whose answer goes before the news of that. */
  readonly #endedBy = new WeakMap<Login, AnsweredCall>();
  #last: Promise<unknown> = Promise.resolve();

  constructor(world: World, client: Client) {
    this.#world = world;
    this.#client = client;
    this.store = new Store(world);
    world.signal.addEventListener("abort", () => this.#login?.end(notCompleted), { once: true });
  }

  async status(params: StatusParams): Promise<StatusResult> {
    const [{ asked, preferred }, stored] = await this.#inTurn(() =>
      Promise.all([authSettings(this.#world.settings), this.store.file.read()]),
    );
    if (!asked) return { requiresOpenaiAuth: false };
    const refresh = params.refreshToken === true;
    // A renewal may take a minute: what was asked after it does not wait for it.
    const renews = methodOf(stored, preferred) === "chatgpt" && (refresh || isDue(stored));
    const credential = renews
      ? await this.#renewed(refresh, preferred)
      : credentialOf(stored, preferred);
    return {
      ...(credential !== undefined && { authMethod: credential.method }),
      ...(credential !== undefined &&
        params.includeToken === true && { authToken: credential.token }),
      requiresOpenaiAuth: true,
      ...(preferred !== undefined && { preferredAuthMethod: preferred }),
    };
  }

  loginApiKey({ apiKey }: KeyParams, call: AnsweredCall): Promise<Nothing> {
    return this.#inTurn(async () => {
      this.#end(call);
      await failing("failed to save api key", () => this.store.saveKey(apiKey));
      const status = await this.store.status();
      call.afterAnswer(() => this.#announce(status));
      return {};
    });
  }

  loginChatGpt(call: AnsweredCall): Promise<LoginResult> {
    return this.#inTurn(async () => {
      const settings = await authSettings(this.#world.settings);
      const { Login } = await import("./login/login.ts");
      this.#end(call);
      const login = await failing("failed to start login server", () =>
        Login.start({
          party: { ...this.#world, settings },
          save: (tokens, key) => this.store.saveTokens(tokens, key),
        }),
      );
      this.#login = login;
      // `done` never rejects.
      void login.done.then((outcome) => this.#complete(login, outcome));
      if (this.#world.signal.aborted) login.end(notCompleted);
      return { loginId: login.id, authUrl: login.authUrl };
    });
  }

  cancelLogin({ loginId }: CancelParams, call: AnsweredCall): Promise<Nothing> {
    return this.#inTurn(async () => {
      const login = this.#login;
      if (login === undefined || !login.open || login.id !== canonicalId(loginId)) {
        throw new RpcError(InvalidRequest, `login id not found: ${loginId}`);
      }
      this.#end(call);
      return {};
    });
  }

  logout(call: AnsweredCall): Promise<Nothing> {
    return this.#inTurn(async () => {
      this.#end(call);
      await failing("logout failed", () => this.store.remove());
      call.afterAnswer(() => this.#announce({}));
      return {};
    });
  }

  userInfo(): Promise<UserInfo> {
    return this.#inTurn(async () => {
      return { allegedUserEmail: emailOf(await this.store.file.read()) ?? null };
    });
  }

  /** Ends a sign-in that is open, and tells of it. */
  async close(): Promise<void> {
    this.#login?.end(notCompleted);
    await this.#login?.done;
  }

  /** Ends a sign-in that is open, by this request. */
  #end(call: AnsweredCall): void {
    if (this.#login?.open !== true) return;
    this.#endedBy.set(this.#login, call);
    this.#login.end(notCompleted);
  }

  async #complete(login: Login, outcome: Outcome): Promise<void> {
    const tell = () => this.#client.notify(loginChatGptComplete, { loginId: login.id, ...outcome });
    const call = this.#endedBy.get(login);
    if (call === undefined) tell();
    else call.afterAnswer(tell);
    if (!outcome.success) return;
    try {
      this.#announce(await this.store.status());
    } catch (error) {
      this.#world.log.warn(`authStatusChange is not sent: ${errorMessage(error)}`);
    }
  }

  /** Who is signed in; what cannot be renewed is logged and, unless asked for, nobody. */
  async #renewed(refresh: boolean, preferred: AuthMethod | undefined) {
    try {
      if (!refresh) return await this.store.current();
      return credentialOf(await this.store.refresh(), preferred);
    } catch (error) {
      this.#world.log.warn(errorMessage(error));
      return refresh ? credentialOf(await this.store.file.read(), preferred) : undefined;
    }
  }

  #announce({ method }: CredentialStatus): void {
    this.#client.notify(authStatusChange, method === undefined ? {} : { authMethod: method });
  }

  #inTurn<T>(run: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(run);
    this.#last = turn.catch(() => undefined);
    return turn;
  }
}

async function failing<T>(what: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    throw new RpcError(InternalError, `${what}: ${errorMessage(error)}`);
  }
}
