import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { isConversationError } from "../../../core/index.ts";
import { Store } from "../../../plugins/auth/store.ts";
import { chatGpt, homeFolder, issuer, readAuth, writeAuth } from "./signing.ts";
import { at, world } from "./worlds.ts";

const chat = { method: "chatgpt", token: "old-access", accountId: "acc-1" } as const;

describe("the current credential", () => {
  it.each<[string, object, object | undefined]>([
    [
      "a key, without blanks around it",
      { OPENAI_API_KEY: " sk \n" },
      { method: "apikey", token: "sk" },
    ],
    ["tokens with their account", chatGpt(0), chat],
    [
      "tokens whose account only the ID token tells",
      chatGpt(0, { tokens: { ...tokensOf(chatGpt(0)), account_id: null } }),
      chat,
    ],
    ["nothing", {}, undefined],
  ])("is %s", async (_, auth, expected) => {
    const store = new Store(world({ home: homeFolder(auth) }));
    expect(await store.current()).toEqual(expected);
  });

  it("is none that no header can carry", async () => {
    const store = new Store(world({ home: homeFolder({ OPENAI_API_KEY: "sk\nsecret" }) }));
    await expect(store.current()).rejects.toThrow("the stored API key holds characters");
    await expect(store.current()).rejects.not.toThrow("secret");
  });

  it("is renewed once for all who ask at a time, in several stores of one file", async () => {
    const issued = await issuer();
    const home = homeFolder(chatGpt(40));
    const stores = Array.from(
      { length: 4 },
      () => new Store(world({ home, values: at(issued.url) })),
    );
    const asked = [...stores, ...stores].map((store) => store.current());
    const tokens = (await Promise.all(asked)).map((each) => each?.token);
    expect(new Set(tokens)).toEqual(new Set(["access-1"]));
    expect(issued.requests).toHaveLength(1);
  });

  it("is renewed once for homes that share one file", async () => {
    const issued = await issuer();
    const shared = homeFolder(chatGpt(40));
    const homes = [1, 2, 3].map(() => homeFolder());
    for (const home of homes) symlinkSync(join(shared, "auth.json"), join(home, "auth.json"));
    const stores = homes.map((home) => new Store(world({ home, values: at(issued.url) })));
    await Promise.all(stores.map((store) => store.current()));
    expect(issued.requests).toHaveLength(1);
    expect(readAuth(shared)).toMatchObject({ tokens: { access_token: "access-1" } });
  });

  it("cannot be had when the issuer refuses, and the error says what to do", async () => {
    const issued = await issuer(() => ({ status: 400, body: { error: "invalid_grant" } }));
    const store = new Store(world({ home: homeFolder(chatGpt(40)), values: at(issued.url) }));
    const error: unknown = await store.current().catch((cause: unknown) => cause);
    expect(isConversationError(error) && error.message).toBe(
      "the ChatGPT sign-in could not be renewed: token endpoint returned status 400 Bad Request (invalid_grant); sign in again (portico login)",
    );
  });

  it("cannot be had when nobody answers at the issuer's address", async () => {
    const store = new Store(
      world({ home: homeFolder(chatGpt(40)), values: at("http://127.0.0.1:1") }),
    );
    await expect(store.current()).rejects.toThrow(
      /cannot reach http:\/\/127\.0\.0\.1:1\/oauth\/token: .*ECONNREFUSED/,
    );
  });

  it("stops waiting when the caller does, while the renewal goes on", async () => {
    const held = Promise.withResolvers<void>();
    const issued = await issuer(() => ({
      before: held.promise,
      body: { access_token: "new", refresh_token: "r" },
    }));
    const store = new Store(world({ home: homeFolder(chatGpt(40)), values: at(issued.url) }));
    const impatient = new AbortController();
    const first = store.current(impatient.signal);
    const second = store.current();
    await issued.asked("refresh_token");
    impatient.abort(new Error("enough"));
    await expect(first).rejects.toThrow("enough");
    held.resolve();
    expect(await second).toMatchObject({ token: "new" });
    expect(issued.requests).toHaveLength(1);
  });

  it("ends with the host", async () => {
    const held = Promise.withResolvers<void>();
    const issued = await issuer(() => ({ before: held.promise, body: {} }));
    const host = new AbortController();
    const store = new Store(
      world({ home: homeFolder(chatGpt(40)), values: at(issued.url), signal: host.signal }),
    );
    const current = store.current();
    await issued.asked("refresh_token");
    host.abort(new Error("closing"));
    await expect(current).rejects.toThrow("could not be renewed");
    held.resolve();
  });
});

describe("a renewal after a refusal", () => {
  it("gives new tokens, one request for all", async () => {
    const issued = await issuer();
    const home = homeFolder(chatGpt(1));
    const stores = [1, 2, 3].map(() => new Store(world({ home, values: at(issued.url) })));
    const renewed = await Promise.all(stores.map((store) => store.renew(chat)));
    expect(renewed).toEqual([1, 2, 3].map(() => ({ ...chat, token: "access-1" })));
    expect(issued.requests).toHaveLength(1);
    expect(readAuth(home)).toMatchObject({ tokens: { refresh_token: "refresh-1" } });
  });

  it("gives what somebody else has stored meanwhile, without a request", async () => {
    const home = homeFolder({ OPENAI_API_KEY: "new" });
    const store = new Store(world({ home, values: at("http://127.0.0.1:1") }));
    expect(await store.renew(chat)).toEqual({ method: "apikey", token: "new" });
  });

  it.each<[string, object]>([
    ["a key: there is no other", { OPENAI_API_KEY: "old" }],
    ["nobody", {}],
  ])("gives nothing for %s", async (_, auth) => {
    const store = new Store(world({ home: homeFolder(auth), values: at("http://127.0.0.1:1") }));
    expect(await store.renew({ method: "apikey", token: "old" })).toBeUndefined();
  });

  it("keeps the refresh token and the ID token where they are not replaced", async () => {
    const issued = await issuer(() => ({ body: { access_token: "new" } }));
    const home = homeFolder(chatGpt(1));
    await new Store(world({ home, values: at(issued.url) })).renew(chat);
    expect(readAuth(home)).toMatchObject({
      tokens: { ...tokensOf(chatGpt(1)), access_token: "new" },
    });
  });

  it("does not undo a sign-out that came in between", async () => {
    let home = "";
    const issued = await issuer(() => {
      writeAuth(home, {});
      return undefined;
    });
    home = homeFolder(chatGpt(1));
    const store = new Store(world({ home, values: at(issued.url) }));
    expect(await store.renew(chat)).toBeUndefined();
    expect(readAuth(home)).toEqual({});
  });
});

describe("a forced renewal", () => {
  it("takes what another process got since this one started", async () => {
    const home = homeFolder(chatGpt(0));
    const store = new Store(world({ home, values: at("http://127.0.0.1:1") }));
    expect((await store.refresh()).tokens?.accessToken).toBe("old-access");
  });

  it("renews what this process got itself", async () => {
    const issued = await issuer();
    const home = homeFolder(chatGpt(1));
    const store = new Store(world({ home, values: at(issued.url) }));
    await store.refresh();
    expect((await store.refresh()).tokens?.accessToken).toBe("access-2");
  });
});

describe("the status", () => {
  it("tells method and address without a request", async () => {
    const store = new Store(
      world({ home: homeFolder(chatGpt(99)), values: at("http://127.0.0.1:1") }),
    );
    expect(await store.status()).toEqual({ method: "chatgpt", email: "ana@example.com" });
  });
});

function tokensOf(auth: object): object {
  return "tokens" in auth && typeof auth.tokens === "object" ? { ...auth.tokens } : {};
}
