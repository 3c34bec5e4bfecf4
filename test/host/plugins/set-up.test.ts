import { beforeEach, describe, expect, it, vi } from "vitest";
import { optional } from "../../../core/index.ts";
import { bootPlugins } from "../../../host/plugins/boot.ts";
import {
  boot,
  type Context,
  echo,
  Greeter,
  plugin,
  provider,
  settings,
  steps,
} from "../../helpers/boot.ts";
import { testSeams } from "../../helpers/plugin-seams.ts";

beforeEach(() => void steps.splice(0));

describe("a plugin that fails in its set-up", () => {
  const throwing = {
    setup: ({ onClose }: Context) => {
      onClose(() => void steps.push("cleaned up"));
      throw new Error("no luck");
    },
  };
  const failures: [string, object, string][] = [
    ["throws", throwing, "no luck"],
    [
      "forgets a service",
      { provides: [Greeter], setup: () => undefined },
      'lists the service "greeter" in "provides" but did not provide it',
    ],
    [
      "provides what it does not list",
      { setup: provider.setup },
      'plugin "bad" provides the service "greeter" without listing it in "provides"',
    ],
    [
      "provides nothing under a name",
      {
        provides: [Greeter],
        setup: ({ provide }: { provide: (t: object, value: unknown) => void }) =>
          provide(Greeter, undefined),
      },
      'plugin "bad" provides undefined as service "greeter"',
    ],
    [
      "registers without a definition",
      { setup: ({ method }: { method: (d: unknown) => void }) => method(undefined) },
      "method() wants a definition, not undefined",
    ],
  ];

  it.each(failures)("stops the start when it is built-in and %s", async (_title, more, reason) => {
    const { booting } = boot({ bad: { plugin: plugin("bad", more) } });
    await expect(booting).rejects.toMatchObject({
      name: "HostError",
      message: expect.stringContaining(reason) as string,
    });
  });

  it.each(failures)("costs only a third party that %s", async (_title, more, reason) => {
    const { booting, lines } = boot({
      bad: { plugin: plugin("bad", more), thirdParty: true },
      good: { plugin: plugin("good") },
    });
    const { plugins } = await booting;
    expect(plugins).toMatchObject([{ name: "bad", state: "failed" }, { state: "running" }]);
    expect(lines).toEqual([expect.stringContaining(`host warn: plugin "bad" failed`) as string]);
    expect(lines[0]).toContain(reason);
  });

  it("stops the start when it is required", async () => {
    const { booting } = boot({
      good: { plugin: plugin("good") },
      bad: { plugin: plugin("bad", throwing), thirdParty: true, required: true },
    });
    await expect(booting).rejects.toMatchObject({
      code: "PLUGIN_FAILED",
      plugin: "bad",
      message: 'plugin "bad" did not start: no luck',
    });
    expect(steps).toEqual(["good up", "cleaned up", "good closed"]);
  });

  it("is cleaned up after, and blocks who needs it", async () => {
    const bad = plugin("bad", { ...throwing, provides: [Greeter] });
    const { booting, lines } = boot({
      bad: { plugin: bad, thirdParty: true },
      needy: { plugin: plugin("needy", { needs: { greeter: Greeter } }) },
      free: { plugin: plugin("free", { needs: { greeter: optional(Greeter) } }) },
    });
    const { plugins } = await booting;
    expect(plugins.map(({ state }) => state)).toEqual(["failed", "blocked", "running"]);
    expect(steps).toEqual(["cleaned up", "free up"]);
    expect(lines[1]).toBe(
      'host warn: plugin "needy" blocked, going on without it: the service "greeter" is missing',
    );
  });

  it("may be one that could not even be loaded", async () => {
    const { booting, lines } = boot({
      bad: { plugin: undefined, thirdParty: true, broken: true },
      needy: { plugin: plugin("needy", { needs: { greeter: Greeter } }) },
    });
    const { plugins } = await booting;
    expect(plugins.map(({ state }) => state)).toEqual(["failed", "blocked"]);
    expect(lines[0]).toContain("cannot be parsed");
  });

  it("is named when it takes too long, and can register nothing later", async () => {
    const late = Promise.withResolvers<void>();
    let registered: unknown;
    const slow = plugin("slow", {
      async setup({ method }: Context) {
        await late.promise;
        try {
          method(echo("slow/late"), () => ({}));
        } catch (error) {
          registered = error;
        }
      },
    });
    const { booting, lines } = boot(
      { slow: { plugin: slow, thirdParty: true }, good: { plugin: plugin("good") } },
      { limits: { setUpMs: 5 } },
    );
    const { plugins, registry } = await booting;
    expect(plugins[0]).toMatchObject({
      state: "failed",
      reason: "its set-up did not finish within 5 ms",
    });
    expect(lines[0]).toContain('plugin "slow" failed');
    late.resolve();
    await vi.waitFor(() => expect(registered).toMatchObject({ code: "PLUGIN_INVALID" }));
    expect(String(registered)).toContain('"slow" called method() after its set-up');
    expect(registry.methods.size).toBe(0);
  });

  it("is named when its module never finishes loading", async () => {
    const entry = { plugin: plugin("slow"), thirdParty: true };
    const { booting } = boot(
      { slow: entry, good: { plugin: plugin("good") } },
      { limits: { setUpMs: 5 }, importModule: () => new Promise(() => undefined) },
    );
    const { plugins } = await booting;
    expect(plugins).toMatchObject([
      { state: "failed", reason: expect.stringContaining("did not load within 5 ms") as string },
      { name: "good", state: "running" },
    ]);
  });

  it("does not hold up a host that closes", async () => {
    const closing = new AbortController();
    const seams = testSeams({ signal: closing.signal });
    const hanging = plugin("hanging", { setup: () => new Promise(() => undefined) });
    const booting = bootPlugins({
      configuration: {
        file: undefined,
        folder: "/",
        entries: ["good", "hanging"].map((specifier) => ({
          specifier,
          kind: "built-in",
          enabled: true,
          required: false,
          options: undefined,
        })),
      },
      settings,
      builtins: {
        good: async () => ({ default: plugin("good") }),
        hanging: async () => ({ default: hanging }),
      },
    })(seams);
    await vi.waitFor(() => expect(steps).toEqual(["good up"]));
    closing.abort();
    await expect(booting).rejects.toThrow("the host closed while it was set up");
    expect(steps).toEqual(["good up", "good closed"]);
  });
});
