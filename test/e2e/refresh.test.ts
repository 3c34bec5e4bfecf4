import { existsSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { jwt } from "../helpers/fake-issuer.ts";
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

const status = { includeToken: true };
const expired = jwt({ exp: 1_000_000_000 });

describe("tokens that have expired", () => {
  it.each([
    ["on use", status],
    ["on demand", { includeToken: true, refreshToken: true }],
  ])("are renewed by one request of 24 processes that start at once, %s", async (_, params) => {
    const at = await issuer();
    const home = homeFolder(chatGpt(29), configFor(at.url));
    const peers = Array.from({ length: 24 }, () => server(home));
    const answers = await Promise.all(peers.map((peer) => peer.request("getAuthStatus", params)));
    expect(answers.map(({ result }) => result?.["authToken"])).toEqual(
      Array.from({ length: 24 }, () => "access-1"),
    );
    expect(at.requests).toHaveLength(1);
    expect(readAuth(home)).toMatchObject({ tokens: { refresh_token: "refresh-1" } });
    expect(modeOf(home)).toBe(0o600);
    expect(existsSync(join(home, "auth.json.lock"))).toBe(false);
    await Promise.all(peers.map((peer) => peer.end()));
    expect(peers.map(({ stderr }) => stderr).join("")).toBe("");
  });

  it.each([
    ["that are 29 days old", chatGpt(29), 1],
    ["that are 27 days old", chatGpt(27), 0],
    [
      "whose age is told by another program",
      chatGpt(0, { last_refresh: "2025-09-29T19:19:09.123456789Z" }),
      1,
    ],
    ["that say so", chatGpt(0, { tokens: { access_token: expired, refresh_token: "r" } }), 1],
    ["of unknown age", { tokens: { access_token: "a", refresh_token: "r" } }, 0],
  ])("%s are renewed on use, or not", async (_, auth, requests) => {
    const at = await issuer();
    const peer = server(homeFolder(auth, configFor(at.url)));
    const { result } = await peer.request("getAuthStatus", status);
    expect(result).toMatchObject({ authMethod: "chatgpt" });
    expect(at.requests).toHaveLength(requests);
  });

  it("count as nobody when they cannot be renewed", async () => {
    const at = await issuer(() => ({ status: 400, body: { error: "invalid_grant" } }));
    const home = homeFolder(chatGpt(29), configFor(at.url));
    const peer = server(home);
    expect((await peer.request("getAuthStatus", status)).result).toEqual({
      requiresOpenaiAuth: true,
    });
    await peer.end();
    expect(peer.stderr).toContain("could not be renewed");
    expect(readAuth(home)).toMatchObject({ tokens: { access_token: "old-access" } });
  });

  it("are those of another program that was quicker, whatever the issuer says to us", async () => {
    let home = "";
    const at = await issuer(() => {
      writeAuth(home, chatGpt(0, { tokens: { access_token: "theirs", refresh_token: "t" } }));
      return { status: 401, body: { error: { code: "refresh_token_reused" } } };
    });
    home = homeFolder(chatGpt(29), configFor(at.url));
    const { result } = await server(home).request("getAuthStatus", status);
    expect(result).toMatchObject({ authToken: "theirs" });
  });

  it("stay as they are when the server ends meanwhile, and no lock is left", async () => {
    const held = Promise.withResolvers<void>();
    const at = await issuer(() => ({ before: held.promise, body: {} }));
    const home = homeFolder(chatGpt(29), configFor(at.url));
    const peer = server(home);
    peer.post("getAuthStatus", status);
    await at.asked("refresh_token");
    expect((await peer.end()).code).toBe(0);
    held.resolve();
    expect(readdirSync(home).toSorted()).toEqual(["auth.json", "config.toml"]);
    expect(readAuth(home)).toMatchObject({ tokens: { access_token: "old-access" } });
  });

  it("are renewed although a process died while it did so", async () => {
    const at = await issuer();
    const home = homeFolder(chatGpt(29), configFor(at.url));
    symlinkSync("999999999:1", join(home, "auth.json.lock"));
    const { result } = await server(home).request("getAuthStatus", status);
    expect(result).toMatchObject({ authToken: "access-1" });
  });
});
