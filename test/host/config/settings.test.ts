import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { JsonObject } from "../../../core/index.ts";
import { openSettings, profileKeys } from "../../../host/config/settings.ts";
import { tempFolder } from "../../helpers/temp-folder.ts";

const file = `
model = "file"
approval_policy = "never"
sandbox_mode = "read-only"
[profiles.p1]
model = "profile"
sandbox_mode = "danger-full-access"
[profiles.p2]
approval_policy = "untrusted"
`;

async function open(text: string | undefined, overrides: string[] = []) {
  const home = tempFolder(text === undefined ? {} : { "config.toml": text });
  return openSettings({ env: { PORTICO_HOME: home }, overrides });
}

describe("acceptance 1: precedence", () => {
  it.each<[string, string[], { profile?: string; config?: JsonObject }, string, string]>([
    ["the file", [], {}, "file", "FILE"],
    ["-c over the file", ["model=start"], {}, "start", "-c"],
    ["the last of two -c", ["model=one", "model=two"], {}, "two", "-c"],
    ["the request's map over -c", ["model=start"], { config: { model: "map" } }, "map", "config"],
    ["the profile over the file", [], { profile: "p1" }, "profile", "profile p1"],
    ["the profile over -c", ["model=start"], { profile: "p1" }, "profile", "profile p1"],
    [
      "the profile over the map",
      [],
      { profile: "p1", config: { model: "map" } },
      "profile",
      "profile p1",
    ],
    ["the profile that -c selects", ["profile=p1"], {}, "profile", "profile p1"],
    ["the profile parameter over the key", ["profile=p1"], { profile: "p2" }, "file", "FILE"],
    [
      "a profile that -c edits",
      ["profiles.p1.model=edited"],
      { profile: "p1" },
      "edited",
      "profile p1",
    ],
    ["a profile that -c makes", ["profiles.p3.model=new"], { profile: "p3" }, "new", "profile p3"],
    [
      "what is left when the map unsets a profile's key",
      [],
      { profile: "p1", config: { "profiles.p1.model": null } },
      "file",
      "FILE",
    ],
  ])("takes %s", async (_title, overrides, request, model, source) => {
    const settings = await open(file, overrides);
    const tree = await settings.load(request);
    expect(tree.values["model"]).toBe(model);
    expect(tree.source("model")).toBe(source === "FILE" ? settings.file : source);
  });

  it("lets a profile change only the keys profiles may hold", async () => {
    const { values, profile } = await (await open(file)).load({ profile: "p1" });
    expect(values["sandbox_mode"]).toBe("read-only");
    expect(profile).toBe("p1");
    expect(profileKeys).not.toContain("sandbox_mode");
  });

  it("unsets what null says", async () => {
    const tree = await (await open(file)).load({ config: { model: null } });
    expect(tree.values).not.toHaveProperty("model");
    expect(tree.source("model")).toBeUndefined();
  });

  it("knows the source of a key inside a table that was set whole", async () => {
    const tree = await (await open("[tools]\nweb_search = true\n", ["a={b=1}"])).load();
    expect(tree.source("a.b")).toBe("-c");
    expect(tree.source("tools.web_search")).toMatch(/config\.toml$/);
    expect(tree.source("tools.nothing")).toBeUndefined();
  });
});

describe("loading", () => {
  it("is empty without a file", async () => {
    const tree = await (await open(undefined)).load();
    expect(tree.values).toEqual({});
    expect(tree.profile).toBeUndefined();
  });

  it.each([
    [{ profile: "nope" }, "config profile `nope` not found"],
    [{ config: { profile: "toString" } }, "config profile `toString` not found"],
    [{ config: { profile: 5 } }, "profile must be a name: 5"],
    [{ config: { "": 1 } }, 'config key "": the key is empty'],
    [
      { config: { requirements: null } },
      'config key "requirements": [requirements] is for the operator, in config.toml or by -c at start',
    ],
    [
      { config: { "requirements.network_access": true } },
      'config key "requirements.network_access": [requirements] is for the operator, in config.toml or by -c at start',
    ],
  ])("refuses %j as a mistake in settings", async (request, message) => {
    const settings = await open(file);
    await expect(settings.load(request)).rejects.toMatchObject({
      name: "ConversationError",
      kind: "settings",
      message,
    });
  });

  it("follows changes of the file", async () => {
    const settings = await open('model = "one"\n');
    expect((await settings.load()).values["model"]).toBe("one");
    writeFileSync(settings.file, 'model = "three"\n');
    expect((await settings.load()).values["model"]).toBe("three");
    rmSync(settings.file);
    expect((await settings.load()).values).toEqual({});
  });

  it("does not change one tree when another is loaded", async () => {
    const settings = await open(file);
    const first = await settings.load();
    await settings.load({ config: { model: "other", "profiles.p1.model": "other" } });
    expect(first.values["model"]).toBe("file");
    expect((await settings.load({ profile: "p1" })).values["model"]).toBe("profile");
  });

  it("tells the place of a fault that came later", async () => {
    const settings = await open('model = "one"\n');
    writeFileSync(settings.file, 'model = "one\n');
    await expect(settings.load()).rejects.toMatchObject({
      kind: "settings",
      message: expect.stringMatching(/config\.toml:1:\d+: \S/) as string,
    });
  });

  it("gives dates as text and large integers as numbers", async () => {
    const { values } = await (
      await open("a = 1979-05-27T07:32:00Z\nb = 9007199254740993\n")
    ).load();
    expect(values["a"]).toMatch(/^1979-05-27/);
    expect(values["b"]).toBe(9007199254740992);
  });
});

describe("opening", () => {
  it("tells the place of a fault in one line", async () => {
    const home = tempFolder({ "config.toml": '\nmodel = "x"\nmodel = "y"\n' });
    const error = await openSettings({ env: { PORTICO_HOME: home } }).catch((e: unknown) => e);
    expect(error).toMatchObject({ name: "HostError", code: "CONFIG_INVALID" });
    expect((error as Error).message).toMatch(
      new RegExp(`^${join(home, "config.toml")}:3:\\d+: [^\\n]+$`),
    );
  });

  it("names a file that cannot be read", async () => {
    const home = tempFolder({ "config.toml/nested": "" });
    await expect(openSettings({ env: { PORTICO_HOME: home } })).rejects.toMatchObject({
      code: "CONFIG_UNREADABLE",
    });
  });

  it("refuses an override without a value", async () => {
    const open = openSettings({ env: { HOME: tempFolder() }, overrides: ["model"] });
    await expect(open).rejects.toMatchObject({
      code: "ARGUMENT_INVALID",
      message: '-c "model": there is no "="',
    });
  });

  it.each(["PORTICO_HOME", "CODEX_HOME"])(
    "refuses a folder in %s that is not there",
    async (name) => {
      const folder = join(tempFolder(), "nope");
      await expect(openSettings({ env: { [name]: folder } })).rejects.toMatchObject({
        code: "HOME_MISSING",
        message: `${name} is "${folder}": no such folder`,
      });
    },
  );

  it("chooses the home folder by the first variable that is set", async () => {
    const one = tempFolder();
    const two = tempFolder();
    const homeOf = async (env: Record<string, string>) => (await openSettings({ env })).home;
    expect(await homeOf({ PORTICO_HOME: one, CODEX_HOME: two })).toBe(one);
    expect(await homeOf({ PORTICO_HOME: "", CODEX_HOME: two })).toBe(two);
    expect(await homeOf({ HOME: one })).toBe(join(one, ".codex"));
  });
});
