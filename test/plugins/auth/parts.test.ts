import { chmodSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { claimsOf } from "../../../plugins/auth/claims.ts";
import { diagnose } from "../../../plugins/auth/diagnose.ts";
import { AuthFile } from "../../../plugins/auth/file.ts";
import { canonicalId } from "../../../plugins/auth/login/id.ts";
import { Login } from "../../../plugins/auth/login/login.ts";
import { authSettings } from "../../../plugins/auth/settings.ts";
import { jwt } from "../../helpers/fake-issuer.ts";
import { tempFolder } from "../../helpers/temp-folder.ts";
import { chatGpt, homeFolder } from "./signing.ts";
import { world } from "./worlds.ts";

const log = world({ home: "/nowhere" }).log;

describe("the file", () => {
  it("makes its folder, and leaves nothing else in it", async () => {
    const home = join(tempFolder(), "new");
    const file = new AuthFile(home, log);
    await file.prepare();
    await file.write("{}");
    expect(readdirSync(home)).toEqual(["auth.json"]);
  });

  it("leaves nothing behind when it cannot be replaced", async () => {
    const home = tempFolder({ "auth.json/taken": "" });
    await expect(new AuthFile(home, log).write("secret")).rejects.toThrow("EISDIR");
    expect(readdirSync(home)).toEqual(["auth.json"]);
  });

  it("can be removed when it is not there", async () => {
    const home = tempFolder();
    await new AuthFile(home, log).remove();
    expect(existsSync(home)).toBe(true);
  });

  it("that cannot be read holds nothing, and the log says why, once", async () => {
    const lines: string[] = [];
    const home = homeFolder();
    mkdirSync(join(home, "auth.json"));
    const file = new AuthFile(home, world({ home, lines }).log);
    expect([await file.read(), await file.read()].map(({ key }) => key)).toEqual([
      undefined,
      undefined,
    ]);
    expect(lines).toEqual(["warn: auth.json cannot be read (EISDIR); nobody is signed in"]);
  });
});

describe("the claims of a token", () => {
  it.each<[string, string, object]>([
    [
      "one of a ChatGPT account",
      jwt({
        email: "a@b.c",
        exp: 2,
        "https://api.openai.com/auth": { chatgpt_account_id: "acc", chatgpt_plan_type: "pro" },
      }),
      { email: "a@b.c", account: "acc", plan: "pro", expires: 2000 },
    ],
    ["one with other types", jwt({ email: 7, exp: "2", "https://api.openai.com/auth": [] }), {}],
    ["one without claims", jwt([]), {}],
    ["what is no token", "opaque", {}],
    ["what only looks like one", "a.!!.c", {}],
  ])("of %s", (_, token, expected) => {
    const none = { email: undefined, account: undefined, plan: undefined, expires: undefined };
    expect(claimsOf(token)).toEqual({ ...none, ...expected });
  });
});

describe("an id", () => {
  const id = "0193f1b2-1111-4222-8333-444455556666";
  it.each<[string, string | undefined]>([
    [id, id],
    [id.toUpperCase(), id],
    [id.replaceAll("-", ""), id],
    [`{${id}}`, id],
    [`urn:uuid:${id}`, id],
    [`URN:UUID:${id}`, id],
    [`{${id}`, undefined],
    [id.slice(1), undefined],
    [id.replace("-", ""), undefined],
    ["", undefined],
  ])("%s is %s", (text, expected) => {
    expect(canonicalId(text)).toBe(expected);
  });
});

describe("the settings", () => {
  const read = (values: object) =>
    authSettings(world({ home: "/nowhere", values: { ...values } }).settings);

  it("are the vendor's where nothing is said, and any port if those are taken", async () => {
    expect(await read({})).toMatchObject({
      issuer: "https://auth.openai.com",
      ports: [1455, 1457, 0],
      preferred: undefined,
      asked: true,
    });
  });

  it.each([
    "https://issuer.example/",
    "http://localhost:7",
    "http://127.0.0.1:7",
    "http://[::1]:7",
  ])("take the issuer %s", async (issuer) => {
    const settings = await read({ auth: { issuer, client_id: "me", port: 7 } });
    expect(settings).toMatchObject({
      issuer: issuer.replace(/\/$/, ""),
      clientId: "me",
      ports: [7, 0],
    });
  });

  it.each(["http://issuer.example", "http://localhost.example", "ftp://localhost", "nowhere", 7])(
    "refuse the issuer %j",
    async (issuer) => {
      await expect(read({ auth: { issuer } })).rejects.toThrow(/^auth\.issuer: expected/);
    },
  );
});

describe("a sign-in in the browser", () => {
  it("times out after ten minutes", async () => {
    const { settings, environment } = world({ home: "/nowhere", values: { auth: { port: 0 } } });
    const party = { settings: await authSettings(settings), environment, log };
    vi.useFakeTimers({ toFake: ["setTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const login = await Login.start({ party, save: () => Promise.reject(new Error("unused")) });
    vi.advanceTimersByTime(10 * 60_000 - 1);
    expect(login.open).toBe(true);
    vi.advanceTimersByTime(1);
    expect(await login.done).toEqual({ success: false, error: "Login timed out" });
  });
});

describe("the doctor", () => {
  it.each<[string, object | string | undefined, number, object[]]>([
    ["nobody", undefined, 0o600, [{ level: "info", message: "nobody is signed in" }]],
    ["a key", { OPENAI_API_KEY: "secret" }, 0o600, [{ level: "ok", message: "by API key" }]],
    [
      "an account",
      chatGpt(0),
      0o600,
      [{ level: "ok", message: "by ChatGPT, as ana@example.com (plan plus)" }],
    ],
    [
      "old tokens",
      chatGpt(40),
      0o600,
      [{ message: expect.stringContaining("renewed at the next use") as string }],
    ],
    ["a broken file", "secret", 0o600, [{ level: "warning", message: "auth.json is broken" }]],
    [
      "a file for all to read",
      { OPENAI_API_KEY: "secret" },
      0o644,
      [{ level: "ok" }, { level: "warning", help: expect.stringContaining("chmod 600") as string }],
    ],
  ])("tells of %s", async (_, auth, mode, expected) => {
    const home = homeFolder(auth);
    if (auth !== undefined) chmodSync(join(home, "auth.json"), mode);
    const findings = await diagnose(world({ home }));
    expect(findings).toMatchObject(expected);
    expect(findings).toHaveLength(expected.length);
    expect(JSON.stringify(findings)).not.toMatch(/secret|old-(access|refresh)/);
  });
});

describe("the plugin", () => {
  it("loads nothing but its own two files when it is set up", () => {
    const path = fileURLToPath(new URL("../../../plugins/auth/index.ts", import.meta.url));
    const script = `
      import { registerHooks } from "node:module";
      const loaded = [];
      registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context); } });
      await import(${JSON.stringify(path)});
      process.stdout.write(JSON.stringify(loaded.filter((url) => /plugins|oauth|node:/.test(url))));
    `;
    const output = execFileSync(process.execPath, ["--input-type=module", "--eval", script], {
      encoding: "utf8",
    });
    const files = (JSON.parse(output) as string[]).map((url) => url.split("/").slice(-2).join("/"));
    expect(files.toSorted()).toEqual(["auth/index.ts", "auth/methods.ts"]);
  });
});
