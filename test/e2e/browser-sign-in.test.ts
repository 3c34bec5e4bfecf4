import { createHash } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdirSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { idToken, type FakeIssuer, type TokenAnswer } from "../helpers/fake-issuer.ts";
import type { PeerProcess } from "../helpers/peer-process.ts";
import {
  configFor,
  homeFolder,
  issuer,
  modeOf,
  readAuth,
  server,
} from "../plugins/auth/signing.ts";

/** A sign-in that a client began, as the browser sees it. */
interface Begun {
  readonly peer: PeerProcess;
  readonly home: string;
  readonly id: string;
  /** What the page was asked for. */
  readonly query: URLSearchParams;
  /** Where the browser is sent back to; `more` comes beside the right state, or over it. */
  back(more: Record<string, string>): string;
  /** The address of another page of the same server. */
  page(path: string): string;
}

async function begin(at: FakeIssuer, more: { peer?: PeerProcess; home?: string } = {}) {
  const home = more.home ?? homeFolder(undefined, configFor(at.url));
  const peer = more.peer ?? server(home);
  const { result } = await peer.request("loginChatGpt");
  const url = new URL(String(result?.["authUrl"]));
  const query = url.searchParams;
  // The server listens on 127.0.0.1 only, whatever else the name may mean here.
  const base = new URL(String(query.get("redirect_uri")).replace("localhost", "127.0.0.1"));
  const begun: Begun = {
    peer,
    home,
    id: String(result?.["loginId"]),
    query,
    back(extra) {
      const there = new URL(base);
      const all = { state: query.get("state") ?? "", ...extra };
      for (const [name, value] of Object.entries(all)) there.searchParams.set(name, value);
      return there.href;
    },
    page: (path) => new URL(path, base).href,
  };
  return begun;
}

const visit = (url: string) => fetch(url, { redirect: "manual" });

async function ending({ peer, id }: Begun) {
  const fits = (params?: Record<string, unknown>) => params?.["loginId"] === id;
  const { params } = await peer.waitFor(
    ({ method, params: one }) => method === "loginChatGptComplete" && fits(one),
  );
  return params;
}

/** True when nobody listens there any more. */
async function isGone(url: string): Promise<boolean> {
  return visit(url).then(
    () => false,
    () => true,
  );
}

describe("a sign-in in the browser", () => {
  it("asks for a code with PKCE, in the order that clients know", async () => {
    const at = await issuer();
    const { peer, query } = await begin(at);
    const [line] = peer.messages;
    expect(String(line?.result?.["authUrl"])).toMatch(`${at.url}/oauth/authorize?response_type=`);
    expect(String(line?.result?.["loginId"])).toMatch(/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/);
    expect([...query.keys()]).toEqual([
      "response_type",
      "client_id",
      "redirect_uri",
      "scope",
      "code_challenge",
      "code_challenge_method",
      "id_token_add_organizations",
      "codex_cli_simplified_flow",
      "state",
      "originator",
    ]);
    expect(Object.fromEntries(query)).toMatchObject({
      response_type: "code",
      client_id: "test-client",
      scope: "openid profile email offline_access",
      code_challenge: expect.stringMatching(/^[\w-]{43}$/) as string,
      code_challenge_method: "S256",
      state: expect.stringMatching(/^[\w-]{43}$/) as string,
    });
  });

  it("D16: is done at the callback, and no token stands in an address", async () => {
    const at = await issuer();
    const begun = await begin(at);
    const response = await visit(begun.back({ code: "c-1" }));
    expect(await ending(begun)).toEqual({ loginId: begun.id, success: true });
    await begun.peer.waitFor(({ method }) => method === "authStatusChange");
    const told = begun.peer.messages.slice(-2);
    expect(told.map(({ method }) => method)).toEqual(["loginChatGptComplete", "authStatusChange"]);
    expect(told[1]?.params).toEqual({ authMethod: "chatgpt" });
    expect(response.status).toBe(302);
    const location = response.headers.get("location") ?? "";
    expect(location).toBe(String(begun.query.get("redirect_uri")).replace(/auth.*/, "success"));

    const [exchange] = at.of("authorization_code");
    const { code_verifier: verifier = "", ...form } = exchange?.body ?? {};
    expect(form).toEqual({
      grant_type: "authorization_code",
      code: "c-1",
      redirect_uri: begun.query.get("redirect_uri"),
      client_id: "test-client",
    });
    expect(verifier).toMatch(/^[\w-]{86}$/);
    const challenge = createHash("sha256").update(verifier).digest("base64url");
    expect(challenge).toBe(begun.query.get("code_challenge"));
    expect(at.of("token-exchange")[0]?.body).toMatchObject({
      client_id: "test-client",
      requested_token: "openai-api-key",
      subject_token: idToken,
      subject_token_type: "urn:ietf:params:oauth:token-type:id_token",
    });

    expect(readAuth(begun.home)).toEqual({
      OPENAI_API_KEY: null,
      tokens: {
        id_token: idToken,
        access_token: "access-1",
        refresh_token: "refresh-1",
        account_id: "acc-1",
      },
      last_refresh: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string,
    });
    expect(modeOf(begun.home)).toBe(0o600);
    const { result } = await begun.peer.request("getAuthStatus", { includeToken: true });
    expect(result).toMatchObject({ authMethod: "chatgpt", authToken: "access-1" });

    const page = await visit(begun.page("/success"));
    expect(page.status).toBe(200);
    expect(await page.text()).toContain("Signed in");
    expect(await isGone(begun.page("/success"))).toBe(true);
  });

  it("gives a key where the account has one", async () => {
    const at = await issuer(({ body }): TokenAnswer | undefined =>
      body["grant_type"]?.endsWith("token-exchange") === true
        ? { body: { access_token: "sk-made" } }
        : undefined,
    );
    const begun = await begin(at);
    await visit(begun.back({ code: "c" }));
    expect(await ending(begun)).toMatchObject({ success: true });
    const { params } = await begun.peer.waitFor(({ method }) => method === "authStatusChange");
    expect(params).toEqual({ authMethod: "apikey" });
    expect(readAuth(begun.home)).toMatchObject({ OPENAI_API_KEY: "sk-made" });
  });

  it.each([
    ["/auth/callback?code=c", 400, "State mismatch"],
    ["/auth/callback?code=c&state=wrong", 400, "State mismatch"],
    ["/auth/callback?error=access_denied&state=wrong", 400, "State mismatch"],
    ["/cancel", 404, "Not Found"],
    ["/cancel?state=wrong", 404, "Not Found"],
    ["/success", 404, "Not Found"],
    ["/", 404, "Not Found"],
  ])("D13: stays open when anybody asks for %s", async (path, status, text) => {
    const begun = await begin(await issuer());
    const response = await visit(begun.page(path));
    expect([response.status, await response.text()]).toEqual([status, text]);
    await visit(begun.back({ code: "c" }));
    expect(await ending(begun)).toMatchObject({ success: true });
  });

  it.each<[string, Record<string, string>, string]>([
    [
      "a denial",
      { error: "access_denied", error_description: "The person said\nno" },
      "Missing authorization code: access_denied: The person said no",
    ],
    ["an answer without a code", {}, "Missing authorization code"],
  ])("D16: ends with %s, which is told", async (_, more, text) => {
    const begun = await begin(await issuer());
    const response = await visit(begun.back(more));
    expect([response.status, await response.text()]).toEqual([400, text]);
    expect(await ending(begun)).toEqual({
      loginId: begun.id,
      success: false,
      error: `Login server error: ${text}`,
    });
    expect(await isGone(begun.page("/"))).toBe(true);
    expect(existsSync(join(begun.home, "auth.json"))).toBe(false);
  });

  it.each<[string, TokenAnswer, string]>([
    [
      "fails",
      { status: 500, body: "secret-body" },
      "token endpoint returned status 500 Internal Server Error",
    ],
    [
      "is refused",
      { status: 400, body: { error: "invalid_grant", error_description: "secret-body" } },
      "token endpoint returned status 400 Bad Request (invalid_grant)",
    ],
    ["gives no JSON", { body: "secret-body" }, "the token endpoint gave no access token"],
    ["gives no token", { body: { id_token: idToken } }, "the token endpoint gave no access token"],
  ])("D16: ends when the exchange %s, which is told", async (_, answer, why) => {
    const begun = await begin(await issuer(() => answer));
    const response = await visit(begun.back({ code: "c" }));
    const text = `Token exchange failed: ${why}`;
    expect([response.status, await response.text()]).toEqual([500, text]);
    const end = await ending(begun);
    expect(end).toMatchObject({ success: false, error: `Login server error: ${text}` });
    await begun.peer.end();
    expect(JSON.stringify(begun.peer.messages) + begun.peer.stderr).not.toContain("secret-body");
    expect(existsSync(join(begun.home, "auth.json"))).toBe(false);
  });

  it("ends when it cannot be stored, which is told", async () => {
    const begun = await begin(await issuer());
    mkdirSync(join(begun.home, "auth.json"));
    expect((await visit(begun.back({ code: "c" }))).status).toBe(500);
    const end = await ending(begun);
    expect(end?.["error"]).toMatch(/^Login server error: Could not store the sign-in: E/);
  });

  it("D13: moves on at once when its port is taken, and says the port it has", async () => {
    const other = createServer((socket) => socket.destroy()).listen(0, "127.0.0.1");
    await once(other, "listening");
    onTestFinished(() => void other.close());
    const { port } = other.address() as AddressInfo;
    let visited = false;
    other.on("connection", () => (visited = true));
    const at = await issuer();
    const begun = await begin(at, { home: homeFolder(undefined, configFor(at.url, port)) });
    expect(begun.query.get("redirect_uri")).not.toContain(`:${port}/`);
    await visit(begun.back({ code: "c" }));
    expect(await ending(begun)).toMatchObject({ success: true });
    expect(at.of("authorization_code")[0]?.body["redirect_uri"]).toBe(
      begun.query.get("redirect_uri"),
    );
    // Whoever has the port is left alone.
    expect(visited).toBe(false);
  });

  it("can be cancelled by whoever knows its secret", async () => {
    const begun = await begin(await issuer());
    const response = await visit(begun.page(`/cancel?state=${begun.query.get("state")}`));
    expect([response.status, await response.text()]).toEqual([200, "Login cancelled"]);
    expect(await ending(begun)).toMatchObject({
      success: false,
      error: "Login server error: Login cancelled",
    });
  });

  it.each<[string, (id: string) => string]>([
    ["as it came", (id) => id],
    ["in braces and capitals", (id) => `{${id.toUpperCase()}}`],
    ["without hyphens", (id) => id.replaceAll("-", "")],
    ["as a URN", (id) => `urn:uuid:${id}`],
  ])("is cancelled by its id %s, once, the answer first", async (_, spelling) => {
    const begun = await begin(await issuer());
    const { peer, id } = begun;
    const loginId = spelling(id);
    const answer = await peer.request("cancelLoginChatGpt", { loginId });
    expect(answer.result).toEqual({});
    const error = "Login server error: Login was not completed";
    expect(await ending(begun)).toEqual({ loginId: id, success: false, error });
    expect(peer.messages.indexOf(answer)).toBe(peer.messages.length - 2);
    expect((await peer.request("cancelLoginChatGpt", { loginId })).error).toMatchObject({
      code: -32600,
      message: `login id not found: ${loginId}`,
    });
    expect(await isGone(begun.page("/"))).toBe(true);
  });

  it("that is cancelled during its exchange stores nothing", async () => {
    const held = Promise.withResolvers<void>();
    const at = await issuer(({ body }): TokenAnswer => ({
      before: held.promise,
      body: { access_token: "late", refresh_token: "r", id_token: body["code"] ?? "" },
    }));
    const begun = await begin(at);
    const visiting = visit(begun.back({ code: "c" })).catch(() => "cut off");
    await at.asked("authorization_code");
    await begun.peer.request("cancelLoginChatGpt", { loginId: begun.id });
    expect(await ending(begun)).toMatchObject({ success: false });
    held.resolve();
    expect(await visiting).toBe("cut off");
    expect((await begun.peer.request("getAuthStatus")).result).toEqual({
      requiresOpenaiAuth: true,
    });
    expect(existsSync(join(begun.home, "auth.json"))).toBe(false);
  });

  it.each<[string, string, object | undefined]>([
    ["another one", "loginChatGpt", undefined],
    ["a key", "loginApiKey", { apiKey: "k" }],
    ["a sign-out", "logoutChatGpt", undefined],
  ])("is ended by %s", async (_, method, params) => {
    const at = await issuer();
    const begun = await begin(at);
    expect((await begun.peer.request(method, params)).error).toBeUndefined();
    expect(await ending(begun)).toMatchObject({
      success: false,
      error: "Login server error: Login was not completed",
    });
    expect(await isGone(begun.back({ code: "c" }))).toBe(true);
  });

  it("D16: ends with the input, and the program with it", async () => {
    const begun = await begin(await issuer());
    const { code } = await begun.peer.end();
    expect(code).toBe(0);
    expect(await ending(begun)).toMatchObject({
      success: false,
      error: "Login server error: Login was not completed",
    });
    expect(await isGone(begun.page("/"))).toBe(true);
  });

  it("keeps its secrets out of the log", async () => {
    const at = await issuer(({ body }): TokenAnswer | undefined =>
      body["grant_type"] === "refresh_token" ? { status: 400, body: { error: "no" } } : undefined,
    );
    const home = homeFolder(undefined, configFor(at.url));
    const peer = server(home, { PORTICO_LOG: "debug" });
    const denied = await begin(at, { home, peer });
    await visit(denied.back({ error: "no", code: "secret-code" }));
    await ending(denied);
    const done = await begin(at, { home, peer });
    await visit(done.back({ code: "secret-code" }));
    await ending(done);
    await peer.request("getAuthStatus", { refreshToken: true });
    await peer.request("loginApiKey", { apiKey: "secret-key" });
    await peer.end();
    const states = [denied, done].map(({ query }) => query.get("state") ?? "");
    const verifiers = at.of("authorization_code").map(({ body }) => body["code_verifier"] ?? "");
    const secrets = ["secret", "access-", "refresh-", idToken, ...states, ...verifiers];
    expect(peer.stderr).toContain("could not be renewed");
    expect(secrets.filter((secret) => peer.stderr.includes(secret))).toEqual([]);
  });

  it("leaves other requests alone while it is open", async () => {
    const begun = await begin(await issuer());
    await begun.peer.initialize();
    expect((await begun.peer.request("ping")).result).toEqual({});
    expect((await begun.peer.request("getAuthStatus")).result).toEqual({
      requiresOpenaiAuth: true,
    });
  });
});
