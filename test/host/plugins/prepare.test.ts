import { beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { boot, type Case, Greeter, plugin, provider, steps } from "../../helpers/boot.ts";

beforeEach(() => void steps.splice(0));

describe("a mistake in the configuration", () => {
  const strict = z.strictObject({ level: z.enum(["low", "high"]).default("low") });
  const needy = plugin("needy", { needs: { greeter: Greeter } });
  it.each<[string, Record<string, Case>, string, string]>([
    [
      "an option with a wrong value",
      { a: { plugin: plugin("a", { options: strict }), options: { level: "mid" } } },
      "OPTION_INVALID",
      '/conf/plugins.config.json: plugin "a": option "level" is "mid": Invalid option: expected one of "low"|"high"',
    ],
    [
      "two misspelt options in two plugins",
      {
        a: { plugin: plugin("a", { options: strict }), options: { lvl: "low" } },
        b: { plugin: plugin("b", { options: strict }), options: { x: 1, y: 2 } },
      },
      "OPTION_INVALID",
      '/conf/plugins.config.json: plugin "a": unknown option "lvl"; /conf/plugins.config.json: plugin "b": unknown option "x", "y"',
    ],
    [
      "options for a plugin that takes none",
      { a: { plugin: plugin("a"), options: { x: 1 } } },
      "OPTION_INVALID",
      '/conf/plugins.config.json: plugin "a": takes no options, but has "x"',
    ],
    [
      "a missing option",
      { a: { plugin: plugin("a", { options: z.object({ key: z.string() }) }) } },
      "OPTION_INVALID",
      '/conf/plugins.config.json: plugin "a": option "key" is missing: Invalid input: expected string, received undefined',
    ],
    [
      "a schema of options that is none",
      { a: { plugin: plugin("a", { options: { level: "low" } }) } },
      "PLUGIN_INVALID",
      'plugin "a": "options" is no usable schema: schema.safeParseAsync is not a function',
    ],
    [
      "a service whose provider is switched off",
      { needy: { plugin: needy }, provider: { plugin: provider, enabled: false } },
      "SERVICE_MISSING",
      '/conf/plugins.config.json: needy needs the service "greeter": provider provides it but is switched off',
    ],
    [
      "two plugins of one name",
      { a: { plugin: plugin("same") }, b: { plugin: plugin("same") } },
      "PLUGIN_CONFLICT",
      'two plugins are named "same": "a" and "b"',
    ],
    [
      "two providers of a service",
      { provider: { plugin: provider }, b: { plugin: { ...provider, name: "b" } } },
      "SERVICE_DUPLICATE",
      'services are provided twice: "greeter" by provider and b',
    ],
  ])("such as %s stops the start before any set-up", async (_title, cases, code, message) => {
    const { booting } = boot(cases);
    await expect(booting).rejects.toMatchObject({ name: "HostError", code, message });
    expect(steps).toEqual([]);
  });

  it.each<[string, unknown, string, string]>([
    [
      "no default export",
      undefined,
      "PLUGIN_INVALID",
      "its default export must be what definePlugin returns",
    ],
    [
      "another contract",
      plugin("x", { apiVersion: 2 }),
      "PLUGIN_API",
      "written for contract version 2, this is version 1",
    ],
    [
      "a name in capitals",
      plugin("Acme"),
      "PLUGIN_INVALID",
      '"name" must be in kebab-case, not "Acme"',
    ],
    ["no version", plugin("x", { version: 1 }), "PLUGIN_INVALID", '"version" must be a text'],
    ["no set-up", plugin("x", { setup: 1 }), "PLUGIN_INVALID", '"setup" must be a function'],
    [
      "needs that are no tokens",
      plugin("x", { needs: { a: "b" } }),
      "PLUGIN_INVALID",
      '"needs" must hold service tokens',
    ],
    [
      "one token for a list",
      plugin("x", { provides: Greeter }),
      "PLUGIN_INVALID",
      '"provides" must be a list of service tokens',
    ],
  ])("is found in a plugin with %s", async (_title, exported, code, message) => {
    await expect(boot({ a: { plugin: exported } }).booting).rejects.toMatchObject({
      code,
      message: `plugin "a": ${message}`,
    });
    const third = boot({ a: { plugin: exported, thirdParty: true }, b: { plugin: plugin("b") } });
    const { plugins } = await third.booting;
    expect(plugins.map(({ state }) => state)).toEqual(["failed", "running"]);
    expect(third.lines).toEqual([expect.stringContaining(message) as string]);
  });
});
