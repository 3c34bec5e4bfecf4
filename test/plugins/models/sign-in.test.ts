import { describe, expect, it, onTestFinished } from "vitest";
import type { JsonObject } from "../../../core/index.ts";
import { choose } from "../../../plugins/models/choose.ts";
import { mockModel } from "../../helpers/mock-model.ts";
import { homeFolder, issuer } from "../auth/signing.ts";
import { ask, at, failure, open, settings, world, type Setup } from "./opened.ts";

async function chosenId(setup: Setup): Promise<string> {
  return (await choose({ settings: settings() }, world(setup), new Set())).id;
}

describe("with the plugin auth switched off", () => {
  const off = (more: Setup = {}): Setup => ({
    home: homeFolder({ OPENAI_API_KEY: "sk" }),
    withoutAuth: true,
    ...more,
  });

  it.each<[string, JsonObject, Setup]>([
    ["openai", { model_provider: "openai" }, {}],
    ["mock", at("http://127.0.0.1:1", { requires_openai_auth: true }), {}],
    ["mock", at("http://127.0.0.1:1", { requires_openai_auth: true, env_key: "OWN" }), {}],
  ])("provider %s says in one line that it needs a sign-in: %j", async (id, values, setup) => {
    const failed = failure(await ask(await open(values, off(setup))));
    expect(failed?.message).toMatch(
      `provider "${id}" needs a sign-in, and the plugin auth is switched off`,
    );
    expect(failed).toMatchObject({ retryable: false });
  });

  it("a key of the environment is enough, and nobody is signed in", async () => {
    expect(await chosenId(off())).toBe("offline");
    const mock = await mockModel(["hi"]);
    onTestFinished(() => mock.close());
    const env = { OWN: "own" };
    const values = at(mock.url, { requires_openai_auth: true, env_key: "OWN" });
    await ask(await open(values, off({ env })));
    expect(mock.requests[0]?.headers.authorization).toBe("Bearer own");
  });
});

describe("with nobody signed in", () => {
  it.each<[object, string]>([
    [{}, 'provider "mock" needs a sign-in, and nobody is signed in: run portico login'],
    [
      { env_key: "OWN" },
      "Missing environment variable: `OWN`. Set it, or sign in (portico login).",
    ],
  ])("a provider that asks for a sign-in is not asked: %j", async (more, message) => {
    const mock = await mockModel(() => ({ status: 401, body: "who?" }));
    onTestFinished(() => mock.close());
    const values = at(mock.url, { requires_openai_auth: true, ...more });
    const failed = failure(await ask(await open(values, { home: homeFolder() })));
    expect(failed).toMatchObject({ message, retryable: false });
    expect(mock.requests).toHaveLength(0);
  });

  it("one with headers of its own is asked with these", async () => {
    const mock = await mockModel(["hi"]);
    onTestFinished(() => mock.close());
    const more = { requires_openai_auth: true, http_headers: { "x-gateway": "g" } };
    await ask(await open(at(mock.url, more), { home: homeFolder() }));
    expect(mock.requests[0]?.headers).toMatchObject({ "x-gateway": "g" });
  });
});

describe("a sign-in that the provider refuses", () => {
  const stored = {
    tokens: { access_token: "old", refresh_token: "r", account_id: "acc" },
    last_refresh: new Date().toISOString(),
  };

  it.each(["responses", "chat"])(
    "is renewed once on the %s wire, and asked again at once",
    async (wire) => {
      const issued = await issuer();
      const mock = await mockModel([{ status: 401, body: "who?" }, "hi"]);
      onTestFinished(() => mock.close());
      const model = await open(at(mock.url, { requires_openai_auth: true, wire_api: wire }), {
        home: homeFolder(stored),
        settings: { auth: { issuer: issued.url } },
      });
      expect(failure(await ask(model))).toBeUndefined();
      const sent = mock.requests.map(({ headers }) => [
        headers.authorization,
        headers["chatgpt-account-id"],
      ]);
      expect(sent).toEqual([
        ["Bearer old", "acc"],
        ["Bearer access-1", "acc"],
      ]);
      expect(issued.requests).toHaveLength(1);
    },
  );

  it("fails when the new one is refused as well", async () => {
    const issued = await issuer();
    const mock = await mockModel(() => ({ status: 401, body: "who?" }));
    onTestFinished(() => mock.close());
    const model = await open(at(mock.url, { requires_openai_auth: true }), {
      home: homeFolder(stored),
      settings: { auth: { issuer: issued.url } },
    });
    expect(failure(await ask(model))).toMatchObject({
      message: expect.stringContaining("401 Unauthorized") as string,
      retryable: false,
    });
    expect([mock.requests.length, issued.requests.length]).toEqual([2, 1]);
  });

  it("fails when it cannot be renewed, and says what to do", async () => {
    const issued = await issuer(() => ({ status: 400, body: { error: "invalid_grant" } }));
    const mock = await mockModel([{ status: 401, body: "who?" }]);
    onTestFinished(() => mock.close());
    const model = await open(at(mock.url, { requires_openai_auth: true }), {
      home: homeFolder(stored),
      settings: { auth: { issuer: issued.url } },
    });
    expect(failure(await ask(model))).toMatchObject({
      message: expect.stringContaining("sign in again (portico login)") as string,
      retryable: false,
    });
    expect(mock.requests).toHaveLength(1);
  });

  it("is not renewed where it is a key", async () => {
    const mock = await mockModel([{ status: 401, body: "who?" }]);
    onTestFinished(() => mock.close());
    const model = await open(at(mock.url, { requires_openai_auth: true }), {
      home: homeFolder({ OPENAI_API_KEY: "sk" }),
    });
    expect(failure(await ask(model))?.message).toContain("401 Unauthorized");
    expect(mock.requests).toHaveLength(1);
  });
});
