import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { isConversationError, type JsonObject, type ModelQuery } from "../../../core/index.ts";
import { choose } from "../../../plugins/models/choose.ts";
import { diagnose } from "../../../plugins/models/diagnose.ts";
import { mockModel } from "../../helpers/mock-model.ts";
import {
  ask,
  at,
  failure,
  models,
  open,
  settings,
  world,
  type Lines,
  type Setup,
} from "./opened.ts";

function home(auth: object): string {
  const folder = mkdtempSync(join(tmpdir(), "portico-models-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "auth.json"), JSON.stringify(auth));
  return folder;
}

/** A server on loopback; its port. */
async function listen(answer: (response: ServerResponse) => void): Promise<number> {
  const server = createServer((_, response) => answer(response));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

const list =
  (...ids: string[]) =>
  (response: ServerResponse) =>
    void response.end(JSON.stringify({ object: "list", data: ids.map((id) => ({ id })) }));

async function chosen(values: JsonObject, setup: Setup, query: Partial<ModelQuery> = {}) {
  const { id, model, why } = await choose(
    { settings: settings(values), ...query },
    world(setup),
    new Set(),
  );
  return { id, model, why };
}

const allKeys = {
  OPENAI_API_KEY: "k1",
  ANTHROPIC_API_KEY: "k2",
  GEMINI_API_KEY: "k3",
  OPENROUTER_API_KEY: "k4",
};
const own = { model_providers: { own: { name: "Own", base_url: "http://127.0.0.1:1/v1" } } };

describe("the choice", () => {
  it.each<[string, JsonObject, Setup, Partial<ModelQuery>, object]>([
    [
      "the request's provider over the settings'",
      { ...own, model_provider: "oss" },
      { env: allKeys },
      { provider: "own", model: "m" },
      { id: "own", model: "m", why: "named in the request" },
    ],
    [
      "the settings' provider over any key",
      { ...own, model_provider: "own", model: "m" },
      { env: allKeys },
      {},
      { id: "own", model: "m", why: "model_provider from config.toml" },
    ],
    [
      "the local default of oss",
      { model_provider: "oss" },
      {},
      {},
      { id: "oss", model: "gpt-oss:20b" },
    ],
    [
      "the offline provider by name",
      { model_provider: "offline" },
      { env: allKeys },
      {},
      { id: "offline" },
    ],
    [
      "OpenAI's key first",
      {},
      { env: allKeys },
      {},
      { id: "openai", model: "gpt-5-codex", why: "OPENAI_API_KEY is set" },
    ],
    [
      "then Anthropic's",
      {},
      { env: { ...allKeys, OPENAI_API_KEY: " " } },
      {},
      { id: "anthropic", model: "claude-sonnet-5-5" },
    ],
    [
      "then Gemini's",
      {},
      { env: { GEMINI_API_KEY: "k", OPENROUTER_API_KEY: "k" } },
      {},
      { id: "gemini", model: "gemini-pro-latest" },
    ],
    [
      "then OpenRouter's",
      { model: "a/b" },
      { env: { OPENROUTER_API_KEY: "k" } },
      {},
      { id: "openrouter", model: "a/b" },
    ],
    [
      "a gateway in OpenAI's place",
      {},
      { env: { OPENAI_BASE_URL: "http://127.0.0.1:1" } },
      {},
      { id: "openai" },
    ],
    [
      "the offline provider at last",
      { model: "gpt-5" },
      {},
      {},
      { id: "offline", model: "offline" },
    ],
  ])("takes %s", async (_, values, setup, query, expected) => {
    expect(await chosen(values, setup, query)).toMatchObject(expected);
  });

  it.each<[string, object, string]>([
    ["a stored key", { OPENAI_API_KEY: "sk" }, "openai"],
    ["stored tokens", { OPENAI_API_KEY: null, tokens: { access_token: "t" } }, "openai"],
    ["an empty sign-in", { OPENAI_API_KEY: "", tokens: null }, "anthropic"],
    ["something else", ["?"], "anthropic"],
  ])("sees in auth.json %s", async (_, auth, id) => {
    const env = { ANTHROPIC_API_KEY: "k" };
    expect(await chosen({}, { env, home: home(auth) })).toMatchObject({ id });
  });

  it("takes the first port's server that lists models, and its first model", async () => {
    const other = await listen((response) => void response.end("<html>"));
    const empty = await listen((response) => void response.end('{"object":"list","data":null}'));
    const first = await listen(list("llama", "qwen"));
    const second = await listen(list("phi"));
    const localPorts = [other, empty, first, second];
    const why = `a model server answers at http://127.0.0.1:${first}/v1`;
    expect(await chosen({}, { localPorts })).toEqual({ id: "local", model: "llama", why });
    expect(await chosen({ model: "qwen" }, { localPorts })).toMatchObject({
      id: "local",
      model: "qwen",
    });
    expect(await chosen({ model: "gpt-5" }, { localPorts })).toMatchObject({ id: "offline" });
  });

  it("does not wait for a port that keeps silent", async () => {
    const silent = await listen(() => undefined);
    const good = await listen(list("llama"));
    expect(await chosen({}, { localPorts: [silent, good] })).toMatchObject({ model: "llama" });
  });

  it.each<[JsonObject, string | RegExp]>([
    [
      { model_provider: "nope", ...own },
      /^Model provider `nope` not found \(known: openai, .*offline, own\)$/,
    ],
    [{ model_provider: 5 }, "model_provider: expected a string, got 5"],
    [{ model: true }, "model: expected a string, got true"],
    [{ model_providers: 5 }, /^model_providers: /],
    [{ model_providers: { x: { name: 5 } } }, /^model_providers\.x\.name: /],
    [
      { model_providers: { x: { name: "x", wire_api: "soap" } } },
      /^model_providers\.x\.wire_api: .*"responses"/,
    ],
    [
      { model_providers: { x: { name: "x", base_url: "nowhere" } } },
      /^model_providers\.x\.base_url: /,
    ],
    [
      { model_providers: { x: { name: "x", request_max_retries: -1 } } },
      /^model_providers\.x\.request_max_retries: /,
    ],
    [
      { model_providers: { x: { name: "x", http_headers: { A: 1 } } } },
      /^model_providers\.x\.http_headers\.A: /,
    ],
    [
      { model_provider: "x", model_providers: { x: { name: "x", ai_sdk: "p" } } },
      /^model is not set/,
    ],
  ])("acceptance 3: refuses %o", async (values, message) => {
    const error: unknown = await chosen(values, {}).catch((reason: unknown) => reason);
    if (!isConversationError(error)) throw new Error(`not refused: ${JSON.stringify(error)}`);
    expect(error.kind).toBe("settings");
    if (typeof message === "string") expect(error.message).toBe(message);
    else expect(error.message).toMatch(message);
  });

  it("ignores entries with reserved ids, aloud, and lets others replace a built-in one", async () => {
    const lines: Lines = [];
    const values = {
      model_provider: "openrouter",
      model_providers: {
        openai: { name: "Mine", base_url: "http://127.0.0.1:1/v1" },
        openrouter: { name: "Mine", env_key: "MY_KEY" },
      },
    };
    const { provider } = await choose({ settings: settings(values) }, world({ lines }), new Set());
    expect(provider).toMatchObject({ name: "Mine", envKey: "MY_KEY" });
    expect(lines).toEqual([
      "warn: model_providers.openai is ignored: this id is built in; choose another one",
    ]);
  });
});

describe("the service", () => {
  it("announces each new choice once", async () => {
    const lines: Lines = [];
    const service = models({ lines });
    for (let n = 0; n < 3; n += 1) {
      await service.open({ settings: settings(at("http://127.0.0.1:1/v1")), conversationId: "c" });
    }
    await service.open({ settings: settings(), conversationId: "c" });
    expect(lines).toEqual([
      "info: model mock-model of provider mock: model_provider from config.toml",
      "info: model offline of provider offline: no provider is named, no key is set, no local server answers",
    ]);
  });

  it("opens providers that plugins add, by their id", async () => {
    const service = models();
    const opened = await open({ model_provider: "offline" });
    const queries: ModelQuery[] = [];
    service.add("acme", {
      name: "Acme",
      async open(query) {
        queries.push(query);
        return opened;
      },
    });
    const values = settings({ model_provider: "acme", model: "m" });
    expect(await service.open({ settings: values, conversationId: "c" })).toBe(opened);
    expect(queries).toMatchObject([{ provider: "acme", model: "m", conversationId: "c" }]);
    await service.open({ settings: settings(), provider: "acme", conversationId: "c" });
    expect(queries[1]).not.toHaveProperty("model");
  });

  it.each(["openai", "acme"])("takes no second provider with the id %s", (id) => {
    const service = models();
    const provider = { name: "Acme", open: () => Promise.reject(new Error("unused")) };
    service.add("acme", provider);
    expect(() => service.add(id, provider)).toThrow(`model provider is there already: "${id}"`);
  });

  it.each<[string, JsonObject, object, string | undefined]>([
    ["a provider of its own", {}, { OPENAI_API_KEY: "sk" }, undefined],
    [
      "a provider that asks for it",
      { requires_openai_auth: true },
      { OPENAI_API_KEY: "sk" },
      "Bearer sk",
    ],
    [
      "a provider that asks for it and has a key of its own",
      { requires_openai_auth: true, env_key: "OWN" },
      { OPENAI_API_KEY: "sk" },
      "Bearer own",
    ],
    [
      "one with tokens",
      { requires_openai_auth: true },
      { tokens: { access_token: "t", account_id: "acc" } },
      "Bearer t",
    ],
  ])("defect 9: sends the stored sign-in to %s: %o", async (_, extra, auth, expected) => {
    const mock = await mockModel(["hi"]);
    onTestFinished(() => mock.close());
    await ask(await open(at(mock.url, extra), { home: home(auth), env: { OWN: "own" } }));
    const headers = mock.requests[0]?.headers;
    expect(headers?.authorization).toBe(expected);
    expect(headers?.["chatgpt-account-id"]).toBe(expected === "Bearer t" ? "acc" : undefined);
  });

  it("asks OpenAI's gateway with the key, the version and the organisation", async () => {
    const mock = await mockModel(["hi", "hi"]);
    onTestFinished(() => mock.close());
    const env = { OPENAI_BASE_URL: mock.url, OPENAI_ORGANIZATION: "org" };
    await ask(await open({}, { env: { ...env, OPENAI_API_KEY: "k" } }));
    await ask(await open({}, { env }));
    expect(mock.requests[0]?.headers).toMatchObject({
      authorization: "Bearer k",
      version: "1.2.3",
      "openai-organization": "org",
    });
    expect(mock.requests[1]?.headers).not.toHaveProperty("authorization");
  });

  it("asks OpenAI nothing without a key or a sign-in", async () => {
    const model = await open({ model_provider: "openai" });
    expect(failure(await ask(model))).toEqual({
      message:
        "Missing environment variable: `OPENAI_API_KEY`. Set it, or sign in (portico login).",
      retryable: false,
    });
  });
});

describe("the diagnosis", () => {
  it.each<[string, JsonObject, Record<string, string>, object[]]>([
    [
      "a key that is set",
      {},
      { ANTHROPIC_API_KEY: "secret" },
      [
        {
          level: "ok",
          message:
            "claude-sonnet-5-5 of provider anthropic at https://api.anthropic.com/v1 (ANTHROPIC_API_KEY is set)",
        },
        { level: "ok", subject: "model key", message: "ANTHROPIC_API_KEY is set" },
      ],
    ],
    [
      "a key that is missing",
      { model_provider: "gemini" },
      {},
      [{ level: "ok" }, { level: "error", message: "GEMINI_API_KEY is not set" }],
    ],
    [
      "a key that is missing where there is no sign-in either",
      { model_provider: "openai" },
      {},
      [{ level: "ok" }, { level: "error", message: "OPENAI_API_KEY is not set" }],
    ],
    [
      "the address, without what is secret in it",
      at("https://me:secret@models.test/v1/?key=secret"),
      {},
      [
        {
          level: "ok",
          message:
            "mock-model of provider mock at https://models.test/v1 (model_provider from config.toml)",
        },
      ],
    ],
    [
      "an entry whose address is misspelt, though it is not used",
      {
        model_provider: "offline",
        model_providers: { mine: { baseurl: "http://x.test", zzz: 1 } },
      },
      {},
      [
        { level: "warning", subject: "model" },
        {
          level: "warning",
          message:
            'model_providers.mine has no base_url, so https://api.openai.com/v1 is asked; unknown keys: "baseurl" (did you mean base_url?), "zzz"',
        },
      ],
    ],
    ["no model at all", {}, {}, [{ level: "warning", subject: "model" }]],
    [
      "settings that are wrong",
      { model: 1 },
      {},
      [{ level: "error", message: "model: expected a string, got 1" }],
    ],
  ])("tells of %s", async (_, values, env, expected) => {
    const query = { settings: settings(values), signal: new AbortController().signal };
    const findings = await diagnose(world({ env }), new Set(), query);
    expect(findings).toMatchObject(expected);
    expect(JSON.stringify(findings)).not.toContain("secret");
  });

  it.each<[string, (port: number) => JsonObject, RegExp]>([
    [
      "a local server without the model that is asked for",
      () => ({ model: "big" }),
      /^none: .*, the model server at http:\/\/127\.0\.0\.1:\d+\/v1 has no "big", only "small", "tiny"$/,
    ],
    [
      "a provider on this machine without the model",
      (port) => at(`http://localhost:${port}/v1`),
      /^http:\/\/localhost:\d+\/v1 of provider mock has no "mock-model", only "small", "tiny"$/,
    ],
    [
      "a provider on this machine that does not answer",
      () => at("http://127.0.0.1:9/v1"),
      /^no list of models comes from http:\/\/127\.0\.0\.1:9\/v1 of provider mock$/,
    ],
  ])("names %s", async (_, values, message) => {
    const port = await listen(list("small", "tiny"));
    const query = { settings: settings(values(port)), signal: new AbortController().signal };
    const findings = await diagnose(world({ localPorts: [port] }), new Set(), query);
    expect(findings.filter(({ level }) => level === "warning")).toMatchObject([
      { message: expect.stringMatching(message) as string },
    ]);
  });

  it("finds nothing odd about a local server that has the model", async () => {
    const port = await listen(list("mock-model"));
    const query = {
      settings: settings(at(`http://127.0.0.1:${port}/v1/`)),
      signal: new AbortController().signal,
    };
    expect(await diagnose(world(), new Set(), query)).toMatchObject([{ level: "ok" }]);
  });
});

describe("a provider without an address", () => {
  it.each<[string, JsonObject, string[]]>([
    [
      "is named in the log when keys of it are unknown",
      { base_uri: "http://x.test" },
      ["base_uri"],
    ],
    ["is nobody's mistake when all its keys are known", { env_key: "K" }, []],
  ])("%s", async (_, table, keys) => {
    const lines: Lines = [];
    const values = { model_provider: "mine", model_providers: { mine: table } };
    await open(values, { lines });
    const warnings = lines.filter((line) => line.startsWith("warn"));
    expect(warnings).toHaveLength(keys.length);
    for (const key of keys) expect(warnings[0]).toContain(`"${key}" (did you mean base_url?)`);
  });
});
