import { randomUUID } from "node:crypto";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { errorMessage } from "../../../core/index.ts";
import type { Tokens } from "../stored.ts";
import { apiKeyFor, authorizeUrl, exchangeCode, newSecrets } from "./exchange.ts";
import type { Party, Secrets } from "./exchange.ts";
import { listen } from "./listen.ts";
import { redirect, sendSuccess, sendText } from "./pages.ts";

/** How a sign-in in the browser ended. */
export type Outcome =
  | { readonly success: true }
  | { readonly success: false; readonly error: string };

export interface LoginOptions {
  readonly party: Omit<Party, "signal">;
  /** Stores what a sign-in gave. */
  readonly save: (tokens: Tokens, key: string | undefined) => Promise<void>;
}

/** Milliseconds that a person has. */
const limitMs = 10 * 60_000;
/** Milliseconds that the browser has to load the page that says so, once all is done. */
const lingerMs = 10_000;

/** One sign-in in the browser, from its address to its end. */
export class Login {
  readonly id = randomUUID();
  readonly authUrl: string;
  /** Never rejects. */
  readonly done: Promise<Outcome>;
  readonly #server: Server;
  readonly #party: Party;
  readonly #options: LoginOptions;
  readonly #secrets: Secrets;
  readonly #redirectUri: string;
  readonly #ended = Promise.withResolvers<Outcome>();
  readonly #abort: AbortController;
  readonly #limit: NodeJS.Timeout;
  #state: "waiting" | "exchanging" | "over" = "waiting";

  /** Rejects when no port can be had. */
  static async start(options: LoginOptions): Promise<Login> {
    const secrets = await newSecrets();
    const { server, port } = await listen(options.party.settings.ports);
    return new Login(options, { secrets, server, port });
  }

  private constructor(
    options: LoginOptions,
    { secrets, server, port }: { secrets: Secrets; server: Server; port: number },
  ) {
    this.#options = options;
    this.#secrets = secrets;
    this.#server = server;
    this.#abort = new AbortController();
    this.#party = { ...options.party, signal: this.#abort.signal };
    this.#redirectUri = `http://localhost:${port}/auth/callback`;
    this.authUrl = authorizeUrl(this.#party, secrets, this.#redirectUri);
    this.done = this.#ended.promise;
    this.#limit = setTimeout(() => this.end("Login timed out"), limitMs).unref();
    server.on("request", (request, response) => {
      // Every failure is answered to the browser and told to the client.
      void this.#answer(request, response);
    });
  }

  /** True until it is known how it ended. */
  get open(): boolean {
    return this.#state !== "over";
  }

  /** Ends it without success, unless it has ended. */
  end(error: string): void {
    if (this.open) this.#settle({ success: false, error });
    this.close();
  }

  /** Gives the port back at once. */
  close(): void {
    this.#abort.abort(new Error("the sign-in has ended"));
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #settle(outcome: Outcome): void {
    this.#state = "over";
    clearTimeout(this.#limit);
    this.#ended.resolve(outcome);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = URL.parse(request.url ?? "", this.#redirectUri);
    if (request.method !== "GET" || url === null) return sendText(response, 404, "Not Found");
    switch (url.pathname) {
      case "/auth/callback":
        return this.#callback(url, response);
      case "/cancel":
        return this.#cancel(url, response);
      case "/success":
        if (this.open) return sendText(response, 404, "Not Found");
        response.on("close", () => this.close());
        return sendSuccess(response);
      default:
        return sendText(response, 404, "Not Found");
    }
  }

  async #callback(url: URL, response: ServerResponse): Promise<void> {
    // Others on this machine know the port; only the issuer's page knows the state.
    if (!this.#isOurs(url)) return sendText(response, 400, "State mismatch");
    if (this.#state !== "waiting") return sendText(response, 400, "This sign-in is over");
    if (!url.searchParams.has("code")) {
      return this.#fail(response, 400, `Missing authorization code${reasonOf(url)}`);
    }
    this.#state = "exchanging";
    let tokens: Tokens;
    try {
      const redirectUri = this.#redirectUri;
      tokens = await exchangeCode(this.#party, { url, redirectUri, secrets: this.#secrets });
    } catch (error) {
      return this.#fail(response, 500, `Token exchange failed: ${errorMessage(error)}`);
    }
    const key = await apiKeyFor(tokens.idToken, this.#party);
    // Cancelled, or replaced by another sign-in, while it was on its way: nothing is stored.
    if (this.#party.signal.aborted) return;
    try {
      await this.#options.save(tokens, key);
    } catch (error) {
      return this.#fail(response, 500, `Could not store the sign-in: ${errorMessage(error)}`);
    }
    if (this.open) this.#settle({ success: true });
    setTimeout(() => this.close(), lingerMs).unref();
    redirect(response, new URL("/success", this.#redirectUri).href);
  }

  #cancel(url: URL, response: ServerResponse): void {
    if (!this.#isOurs(url)) return sendText(response, 404, "Not Found");
    this.#close(response, "Login server error: Login cancelled");
    sendText(response, 200, "Login cancelled");
  }

  #fail(response: ServerResponse, status: number, text: string): void {
    this.#close(response, `Login server error: ${text}`);
    sendText(response, status, text);
  }

  /** Ends it without success; the port is free once this answer is out. */
  #close(response: ServerResponse, error: string): void {
    response.on("close", () => this.close());
    if (this.open) this.#settle({ success: false, error });
  }

  #isOurs(url: URL): boolean {
    return url.searchParams.get("state") === this.#secrets.state;
  }
}

/** What the issuer says of its refusal (RFC 6749, section 4.1.2.1). */
function reasonOf({ searchParams }: URL): string {
  const said = [searchParams.get("error"), searchParams.get("error_description")];
  const words = said
    .filter((each) => each !== null && each !== "")
    .map((each) => each?.replace(/[^\x20-\x7e]/g, " ").slice(0, 200));
  return words.length === 0 ? "" : `: ${words.join(": ")}`;
}
