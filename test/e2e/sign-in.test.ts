import { chmodSync, existsSync, lstatSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import {
  chatGpt,
  configFor,
  homeFolder,
  issuer,
  modeOf,
  readAuth,
  server,
  writeAuth,
} from "../plugins/auth/signing.ts";

const changed = (authMethod?: string) => ({
  jsonrpc: "2.0",
  method: "authStatusChange",
  params: authMethod === undefined ? {} : { authMethod },
});

describe("a key", () => {
  it("goes in, is reported, is given when asked for, and goes out", async () => {
    const home = homeFolder();
    const peer = server(home);
    const status = async (params?: object) => (await peer.request("getAuthStatus", params)).result;
    expect(await status()).toEqual({ requiresOpenaiAuth: true });
    expect((await peer.request("loginApiKey", { apiKey: "sk-1" })).result).toEqual({});
    expect(await status({})).toEqual({ requiresOpenaiAuth: true, authMethod: "apikey" });
    expect(await status({ includeToken: true, refreshToken: null })).toEqual({
      requiresOpenaiAuth: true,
      authMethod: "apikey",
      authToken: "sk-1",
    });
    expect(readAuth(home)).toEqual({ OPENAI_API_KEY: "sk-1" });
    expect(modeOf(home)).toBe(0o600);
    expect((await peer.request("logoutChatGpt")).result).toEqual({});
    expect(await status()).toEqual({ requiresOpenaiAuth: true });
    expect(existsSync(join(home, "auth.json"))).toBe(false);
    // Each answer before the news that follow from it.
    expect(peer.messages.slice(1, 3)).toEqual([
      { jsonrpc: "2.0", id: 1, result: {} },
      changed("apikey"),
    ]);
    expect(peer.messages).toContainEqual(changed());
    expect(peer.stderr).toBe("");
  });

  it("is there for requests that were sent together with it", async () => {
    const peer = server(homeFolder());
    const ids = [
      peer.post("loginApiKey", { apiKey: "a" }),
      peer.post("getAuthStatus", { includeToken: true }),
      peer.post("loginApiKey", { apiKey: "b" }),
      peer.post("getAuthStatus", { includeToken: true }),
      peer.post("logout"),
      peer.post("getAuthStatus", { includeToken: true }),
    ];
    const answers = await Promise.all(ids.map((id) => peer.answer(id)));
    expect(answers.map(({ result }) => result?.["authToken"])).toEqual([
      undefined,
      "a",
      undefined,
      "b",
      undefined,
      undefined,
    ]);
  });

  it.each(["", "  \n"])("D19: that is empty (%j) is refused and named", async (apiKey) => {
    const home = homeFolder();
    const { error } = await server(home).request("loginApiKey", { apiKey });
    expect(error).toMatchObject({ code: -32602, data: [{ path: "apiKey" }] });
    expect(existsSync(join(home, "auth.json"))).toBe(false);
  });

  it("D18: makes a file private that others could read", async () => {
    const home = homeFolder({ OPENAI_API_KEY: "old" });
    chmodSync(join(home, "auth.json"), 0o644);
    await server(home).request("loginApiKey", { apiKey: "new" });
    expect(readAuth(home)).toEqual({ OPENAI_API_KEY: "new" });
    expect(modeOf(home)).toBe(0o600);
  });

  it("stays behind a link, which goes together with its target", async () => {
    const home = homeFolder();
    mkdirSync(join(home, "elsewhere"));
    const target = join(home, "elsewhere", "secret.json");
    symlinkSync("elsewhere/secret.json", join(home, "auth.json"));
    const peer = server(home);
    for (const apiKey of ["one", "two"]) {
      await peer.request("loginApiKey", { apiKey });
      expect(lstatSync(join(home, "auth.json")).isSymbolicLink()).toBe(true);
      expect(lstatSync(target).mode & 0o777).toBe(0o600);
      expect(readAuth(home)).toEqual({ OPENAI_API_KEY: apiKey });
    }
    await peer.request("logoutChatGpt");
    expect(existsSync(target)).toBe(false);
    expect(() => lstatSync(join(home, "auth.json"))).toThrow("ENOENT");
  });

  it("that cannot be stored is told with the reason", async () => {
    const home = homeFolder();
    mkdirSync(join(home, "auth.json", "x"), { recursive: true });
    const { error } = await server(home).request("loginApiKey", { apiKey: "sk-secret" });
    expect(error).toMatchObject({ code: -32603 });
    expect(error?.message).toMatch(/^failed to save api key: E/);
    expect(JSON.stringify(error)).not.toContain("sk-secret");
  });
});

describe("params", () => {
  it.each(["getAuthStatus", "userInfo", "logoutChatGpt", "logout", "loginChatGpt"])(
    "of %s may be absent, null, empty or an empty list",
    async (method) => {
      const peer = server(homeFolder());
      for (const [id, params] of ["", ',"params":null', ',"params":{}', ',"params":[]'].entries()) {
        peer.write(`{"jsonrpc":"2.0","id":${id},"method":"${method}"${params}}\n`);
        expect((await peer.answer(id)).error).toBeUndefined();
      }
    },
  );

  it.each<[string, object, string]>([
    ["getAuthStatus", { includeToken: "yes" }, "includeToken"],
    ["getAuthStatus", { refreshToken: 1 }, "refreshToken"],
    ["loginApiKey", {}, "apiKey"],
    ["loginApiKey", { apiKey: null }, "apiKey"],
    ["loginApiKey", { api_key: "snake case is another name" }, "apiKey"],
    ["cancelLoginChatGpt", {}, "loginId"],
    ["cancelLoginChatGpt", { loginId: "7" }, "loginId"],
  ])("of %s that are wrong (%j) are refused by name", async (method, params, path) => {
    const { error } = await server(homeFolder()).request(method, params);
    expect(error).toMatchObject({ code: -32602, data: [{ path }] });
  });

  it.each([
    ["array", ["sk-secret"]],
    ["object", { key: "sk-secret" }],
    ["number", 424242],
  ])("do not come back in the error where they are secret: an %s", async (kind, apiKey) => {
    const peer = server(homeFolder());
    const { error } = await peer.request("loginApiKey", { apiKey });
    expect(error).toMatchObject({ code: -32602, data: [{ path: "apiKey" }] });
    expect(error?.message).toContain(`"apiKey" is a`);
    expect(error?.message).toContain(kind);
    await peer.end();
    expect(JSON.stringify(error) + peer.stderr).not.toMatch(/sk-secret|424242/);
  });
});

describe("the status", () => {
  const both = chatGpt(0, { OPENAI_API_KEY: "sk-1" });
  const provider = '[model_providers.mine]\nname = "Mine"\nbase_url = "http://127.0.0.1:1/v1"\n';

  it.each<[string, object | string, string, object]>([
    ["a provider that asks for none", both, `model_provider = "mine"\n${provider}`, {}],
    [
      "one that asks for it",
      { OPENAI_API_KEY: "k" },
      `model_provider = "mine"\n${provider}requires_openai_auth = true\n`,
      { authMethod: "apikey", authToken: "k" },
    ],
    ["a key beside tokens", both, "", { authMethod: "apikey", authToken: "sk-1" }],
    [
      "preferred tokens beside a key",
      both,
      'preferred_auth_method = "chatgpt"\n',
      { authMethod: "chatgpt", authToken: "old-access", preferredAuthMethod: "chatgpt" },
    ],
    [
      "tokens where a key is preferred",
      chatGpt(0),
      'preferred_auth_method = "apikey"\n',
      { authMethod: "chatgpt", authToken: "old-access", preferredAuthMethod: "apikey" },
    ],
    [
      "a key as it was given",
      { OPENAI_API_KEY: " k " },
      "",
      { authMethod: "apikey", authToken: " k " },
    ],
    ["tokens", chatGpt(0), "", { authMethod: "chatgpt", authToken: "old-access" }],
    ["an empty file of JSON", {}, "", {}],
    ["an empty key", { OPENAI_API_KEY: "" }, "", {}],
    ["tokens without an access token", { tokens: { id_token: "x" } }, "", {}],
  ])("knows %s", async (_, auth, config, expected) => {
    const { result } = await server(homeFolder(auth, config)).request("getAuthStatus", {
      includeToken: true,
    });
    const asked = !config.includes("mine") || config.includes("requires");
    expect(result).toEqual({ requiresOpenaiAuth: asked, ...expected });
  });

  it.each(["sk-not-json", "[1]", '{"OPENAI_API_KEY": 7}', '{"tokens": "sk"}'])(
    "takes a broken file (%s) for nobody, with one line in the log",
    async (text) => {
      const peer = server(homeFolder(text));
      for (let n = 0; n < 3; n += 1) {
        expect((await peer.request("getAuthStatus")).result).toEqual({ requiresOpenaiAuth: true });
      }
      await peer.end();
      expect(peer.stderr.match(/auth\.json is broken/g)).toHaveLength(1);
      expect(peer.stderr).not.toContain("sk-not-json");
    },
  );

  it("sees what other programs store", async () => {
    const home = homeFolder();
    const peer = server(home);
    expect((await peer.request("userInfo")).result).toEqual({ allegedUserEmail: null });
    writeAuth(home, chatGpt(0));
    expect((await peer.request("getAuthStatus")).result).toMatchObject({ authMethod: "chatgpt" });
    expect((await peer.request("userInfo")).result).toEqual({
      allegedUserEmail: "ana@example.com",
    });
  });

  it.each([
    ['preferred_auth_method = "password"\n', /preferred_auth_method: .*"password"/],
    ['[auth]\nissuer = "http://issuer.example"\n', /auth\.issuer: expected an https URL/],
    ["auth = 7\n", /auth: expected a table, got 7/],
    ["[auth]\nport = 70000\n", /auth\.port: .*70000/],
    ['[auth]\nclient_id = ""\n', /auth\.client_id: .*""/],
  ])("names the key that is wrong in %j", async (config, text) => {
    const { error } = await server(homeFolder(undefined, config)).request("getAuthStatus");
    expect(error?.message).toMatch(text);
  });
});

describe("a renewal that a client asks for", () => {
  const wish = { includeToken: true, refreshToken: true };

  it("is one request, and its tokens are stored", async () => {
    const at = await issuer();
    const home = homeFolder(chatGpt(1, { agent: "other" }), configFor(at.url));
    const peer = server(home);
    const { result } = await peer.request("getAuthStatus", wish);
    expect(result).toMatchObject({ authMethod: "chatgpt", authToken: "access-1" });
    expect(at.requests).toEqual([
      {
        path: "/oauth/token",
        type: "application/json",
        body: {
          client_id: "test-client",
          grant_type: "refresh_token",
          refresh_token: "old-refresh",
          scope: "openid profile email",
        },
      },
    ]);
    const stored = readAuth(home);
    expect(stored).toMatchObject({
      OPENAI_API_KEY: null,
      tokens: { access_token: "access-1", refresh_token: "refresh-1", account_id: "acc-1" },
      agent: "other",
    });
    expect(Date.now() - Date.parse(String(stored["last_refresh"]))).toBeLessThan(60_000);
    expect(modeOf(home)).toBe(0o600);
    // Asked for again, it is done again.
    expect((await peer.request("getAuthStatus", wish)).result).toMatchObject({
      authToken: "access-2",
    });
  });

  it("that fails leaves the old token, and no secret in the log", async () => {
    const at = await issuer(() => ({ status: 401, body: { error: "invalid_grant" } }));
    const home = homeFolder(chatGpt(1), configFor(at.url));
    const peer = server(home);
    const { result } = await peer.request("getAuthStatus", wish);
    expect(result).toMatchObject({ authMethod: "chatgpt", authToken: "old-access" });
    await peer.end();
    expect(peer.stderr).toContain(
      "token endpoint returned status 401 Unauthorized (invalid_grant)",
    );
    expect(peer.stderr).not.toMatch(/old-(access|refresh)/);
    expect(readAuth(home)).toMatchObject({ tokens: { access_token: "old-access" } });
  });

  it.each<[string, string, object | undefined, string | undefined]>([
    ["a key", "loginApiKey", { apiKey: "sk" }, "apikey"],
    ["a sign-out", "logout", undefined, undefined],
    ["a sign-in in the browser", "loginChatGpt", undefined, "chatgpt"],
  ])("D13: that hangs does not hold up %s", async (_, method, params, authMethod) => {
    const held = Promise.withResolvers<void>();
    const at = await issuer(() => ({ before: held.promise, body: {} }));
    const home = homeFolder(chatGpt(1), configFor(at.url));
    const peer = server(home);
    const renewal = peer.post("getAuthStatus", wish);
    await at.asked("refresh_token");
    expect((await peer.request(method, params)).error).toBeUndefined();
    expect((await peer.request("getAuthStatus")).result?.["authMethod"]).toBe(authMethod);
    held.resolve();
    expect((await peer.answer(renewal)).result).toMatchObject({ requiresOpenaiAuth: true });
  });

  it("does not keep a key, or nobody, from being reported", async () => {
    const home = homeFolder({ OPENAI_API_KEY: "k" });
    const peer = server(home);
    expect((await peer.request("getAuthStatus", wish)).result).toMatchObject({ authToken: "k" });
    await peer.request("logout");
    expect((await peer.request("getAuthStatus", wish)).result).toEqual({
      requiresOpenaiAuth: true,
    });
  });
});
