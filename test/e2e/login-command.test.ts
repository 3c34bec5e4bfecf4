import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { program } from "../helpers/peer-process.ts";
import { tempFolder } from "../helpers/temp-folder.ts";
import {
  chatGpt,
  configFor,
  homeFolder,
  issuer,
  modeOf,
  readAuth,
} from "../plugins/auth/signing.ts";

interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the built program; `seen` gets what it has printed so far, each time it prints. */
async function run(
  home: string,
  args: readonly string[],
  { input = "", seen }: { input?: string; seen?: (text: string) => void } = {},
): Promise<Ran> {
  const env = { ...process.env, PORTICO_HOME: home, OPENAI_API_KEY: "" };
  const child = spawn(process.execPath, [program, ...args], { cwd: home, env });
  onTestFinished(() => void child.kill("SIGKILL"));
  child.stdin.on("error", () => undefined).end(input);
  const ran: Ran = { code: null, stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    ran.stdout += text;
    seen?.(ran.stdout);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => (ran.stderr += text));
  [ran.code] = (await once(child, "close")) as [number];
  return ran;
}

describe("portico login", () => {
  it("takes a key from stdin; status and logout go with it", async () => {
    const home = homeFolder();
    const said = async (...args: string[]) => run(home, args);
    expect(await said("login", "status")).toEqual({
      code: 1,
      stdout: "Not signed in.\n",
      stderr: "",
    });
    const input = "sk-typed\n";
    expect(await run(home, ["login", "--with-api-key"], { input })).toEqual({
      code: 0,
      stdout: "Signed in with an API key.\n",
      stderr: "",
    });
    expect(readAuth(home)).toEqual({ OPENAI_API_KEY: "sk-typed" });
    expect(modeOf(home)).toBe(0o600);
    expect(await said("login", "status")).toMatchObject({
      code: 0,
      stdout: "Signed in with an API key.\n",
    });
    expect(await said("logout")).toEqual({ code: 0, stdout: "Signed out.\n", stderr: "" });
    expect(existsSync(join(home, "auth.json"))).toBe(false);
    expect(await said("logout")).toMatchObject({ code: 0 });
  });

  it("waits for the browser otherwise", async () => {
    const at = await issuer();
    const home = homeFolder(undefined, configFor(at.url));
    const page = Promise.withResolvers<URL>();
    const running = run(home, ["login"], {
      seen: (text) => {
        const found = /^http\S+$/m.exec(text);
        if (found !== null) page.resolve(new URL(found[0]));
      },
    });
    const query = (await page.promise).searchParams;
    const back = new URL(String(query.get("redirect_uri")).replace("localhost", "127.0.0.1"));
    back.search = String(new URLSearchParams({ code: "c", state: query.get("state") ?? "" }));
    expect((await fetch(back, { redirect: "manual" })).status).toBe(302);
    const { code, stdout } = await running;
    expect([code, stdout.trim().split("\n").at(-1)]).toEqual([
      0,
      "Signed in with ChatGPT as ana@example.com.",
    ]);
  });

  it("fails when the person says no", async () => {
    const at = await issuer();
    const home = homeFolder(undefined, configFor(at.url));
    const running = run(home, ["login"], {
      seen: (text) => {
        const found = /^http\S+$/m.exec(text);
        if (found === null) return;
        const query = new URL(found[0]).searchParams;
        const back = new URL(String(query.get("redirect_uri")).replace("localhost", "127.0.0.1"));
        const more = { error: "access_denied", state: query.get("state") ?? "" };
        back.search = String(new URLSearchParams(more));
        // Only what the command makes of it is of interest.
        void fetch(back).catch(() => undefined);
      },
    });
    expect(await running).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^portico: not signed in: .*access_denied\n$/) as string,
    });
  });

  it.each<[string, string[], string, number, RegExp]>([
    ["nothing on stdin", ["login", "--with-api-key"], " \n", 1, /no API key on stdin/],
    ["a key as a word", ["login", "sk-secret"], "", 2, /read from stdin/],
    ["a key as an option", ["login", "--api-key=sk-secret"], "", 2, /'--api-key'.*read from stdin/],
    ["a word too many", ["logout", "now"], "", 2, /unknown word/],
    ["a configuration that is wrong", ["-c", "auth", "login", "status"], "", 2, /ARGUMENT_INVALID/],
    ["a setting that is wrong", ["-c", "auth.port=x", "login"], "", 1, /auth\.port/],
  ])("refuses %s, without showing a key", async (_, args, input, code, text) => {
    const ran = await run(homeFolder(), args, { input });
    expect(ran).toMatchObject({ code, stdout: "" });
    expect(ran.stderr).toMatch(text);
    expect(ran.stderr).not.toContain("secret");
    expect(ran.stderr.trim().split("\n")).toHaveLength(1);
  });

  it("says that the plugin is switched off", async () => {
    const off = tempFolder({ "off.json": '{ "plugins": { "auth": false } }' });
    const args = ["--plugins", join(off, "off.json")];
    expect(await run(homeFolder(chatGpt(0)), ["login", "status", ...args])).toEqual({
      code: 2,
      stdout: "",
      stderr: "portico: the plugin auth is switched off\n",
    });
  });

  it.each(["login", "logout"])("shows how %s is used", async (name) => {
    const { code, stdout } = await run(homeFolder(), [name, "--help"]);
    expect([code, stdout]).toEqual([0, expect.stringMatching(`^Usage: portico ${name}`)]);
  });
});

describe("portico doctor", () => {
  it("says how somebody is signed in, and no secret", async () => {
    const home = homeFolder(chatGpt(0));
    const { stdout } = await run(home, ["doctor"]);
    expect(stdout).toMatch(/sign-in +by ChatGPT, as ana@example\.com/);
    expect(stdout).toMatch(/model .*provider openai \(signed in, by auth\.json\)/);
    expect(stdout).not.toMatch(/old-(access|refresh)/);
  });
});
