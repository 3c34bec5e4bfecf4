import { beforeEach, describe, expect, it, onTestFinished, vi } from "vitest";
import { z } from "zod";
import { definePlugin, optional, Settings, token } from "../../../core/index.ts";
import {
  boot,
  type Context,
  echo,
  Greeter,
  plugin,
  provider,
  steps,
  tool,
} from "../../helpers/boot.ts";

beforeEach(() => void steps.splice(0));

describe("a start", () => {
  it("sets up in the order of services and closes in reverse", async () => {
    const a = plugin("a", { needs: { greeter: Greeter } });
    const b = plugin("b", {
      provides: [Greeter],
      setup({ provide, onClose }: Context) {
        steps.push("b up");
        provide(Greeter, { greet: () => "hi" });
        onClose(() => void steps.push("b closed first"));
        onClose(() => void steps.push("b closed last registered"));
      },
    });
    const { booting } = boot({ a: { plugin: a }, b: { plugin: b } });
    const { close } = await booting;
    expect(steps).toEqual(["b up", "a up"]);
    await close();
    await close();
    expect(steps.slice(2)).toEqual(["a closed", "b closed last registered", "b closed first"]);
  });

  it("hands services over by id, whoever made the token", async () => {
    let heard = "";
    const listener = definePlugin({
      apiVersion: 1,
      name: "listener",
      version: "1.0.0",
      needs: {
        greeter: token<Greeter>("greeter"),
        settings: Settings,
        absent: optional(token<Greeter>("nobody")),
      },
      setup(_context, services) {
        heard = `${services.greeter.greet()} ${services.settings.home} ${services.absent === undefined}`;
      },
    });
    await boot({ listener: { plugin: listener }, provider: { plugin: provider } }).booting;
    expect(heard).toBe("hi /home true");
  });

  it("fills the registry with owner, handler and shown schemas", async () => {
    const one = plugin("one", {
      setup(context: Context) {
        context.method(echo("bare"), () => ({}));
        context.tool(tool("t", z.strictObject({ a: z.string().default("x") })), () => ({
          content: [],
        }));
        context.prompt({ name: "p", description: "P." }, () => ({ messages: [] }));
        context.resource({ uri: "one://r", name: "r" }, () => []);
        context.resourceTemplate({ uriTemplate: "one://{id}", name: "t" }, () => []);
        context.completion({ type: "ref/prompt", name: "p", argument: "a" }, () => []);
      },
    });
    const { registry } = await boot({ one: { plugin: one } }).booting;
    expect(registry.methods.get("bare")?.plugin).toBe("one");
    expect(registry.tools.get("t")).toMatchObject({
      plugin: "one",
      inputSchema: {
        type: "object",
        properties: { a: { type: "string", default: "x" } },
        additionalProperties: false,
      },
    });
    expect(registry.tools.get("t")?.inputSchema).not.toHaveProperty("$schema");
    expect(registry.tools.get("t")?.inputSchema).not.toHaveProperty("required");
    expect([...registry.prompts.keys()]).toEqual(["p"]);
    expect([...registry.resources.keys()]).toEqual(["one://r"]);
    expect([...registry.resourceTemplates.keys()]).toEqual(["one://{id}"]);
    expect(registry.completions.size).toBe(1);
  });

  it("lists built-in plugins in the order of their table, then the others", async () => {
    const withTool = (name: string, more: object = {}) =>
      plugin(name, {
        ...more,
        setup: (context: Context) => context.tool(tool(`${name}-tool`), () => ({ content: [] })),
      });
    const later = withTool("later", { needs: { greeter: Greeter } });
    const { registry } = await boot(
      {
        acme: { plugin: withTool("acme"), thirdParty: true },
        sooner: { plugin: withTool("sooner") },
        later: { plugin: later },
        provider: { plugin: provider },
      },
      {
        builtins: {
          provider: async () => ({ default: provider }),
          later: async () => ({ default: later }),
          sooner: async () => ({ default: withTool("sooner") }),
        },
      },
    ).booting;
    expect([...registry.tools.keys()]).toEqual(["later-tool", "sooner-tool", "acme-tool"]);
  });

  it("gives options with their defaults", async () => {
    let seen: unknown;
    const one = plugin("one", {
      options: z.strictObject({ a: z.number().default(1), b: z.string() }),
      setup: ({ options }: { options: unknown }) => void (seen = options),
    });
    await boot({ one: { plugin: one, options: { b: "x" } } }).booting;
    expect(seen).toEqual({ a: 1, b: "x" });
  });

  it("takes a built-in's defaults and tool schemas from the build", async () => {
    const never = (): z.ZodObject => {
      throw new Error("the schema was made");
    };
    let seen: unknown;
    const one = plugin("one", {
      options: never,
      setup(context: Context) {
        seen = context.options;
        context.tool({ ...tool("t"), input: never }, () => ({ content: [] }));
        context.method({ ...echo("m"), params: never, result: never }, () => ({}));
      },
    });
    const prebuilt = {
      one: { defaultOptions: { a: 1 }, tools: { t: { inputSchema: { type: "object" } } } },
    };
    const { registry } = await boot({ one: { plugin: one } }, { prebuilt }).booting;
    expect(seen).toEqual({ a: 1 });
    expect(registry.tools.get("t")?.inputSchema).toEqual({ type: "object" });
  });

  it("leaves out a built-in that is switched off", async () => {
    const { booting } = boot({
      a: { plugin: plugin("a"), enabled: false },
      b: { plugin: plugin("b") },
    });
    const { plugins } = await booting;
    expect(steps).toEqual(["b up"]);
    expect(plugins.map(({ name, state }) => `${name} ${state}`)).toEqual(["a off", "b running"]);
  });
});

describe("examining", () => {
  it("collects findings, and says which plugin cannot be examined", async () => {
    const a = plugin("a", {
      setup: ({ diagnostic }: Context) =>
        diagnostic(() => [{ level: "ok", subject: "sandbox", message: "there" }]),
    });
    const b = plugin("b", {
      setup: ({ diagnostic }: Context) => diagnostic(() => Promise.reject(new Error("no access"))),
    });
    const { examine } = await boot({ a: { plugin: a }, b: { plugin: b } }).booting;
    expect(await examine()).toEqual([
      { level: "ok", subject: "sandbox", message: "there" },
      { level: "error", subject: "b", message: "could not be examined: no access" },
    ]);
  });
});

describe("closing", () => {
  it("names a plugin that does not finish, and closes the others", async () => {
    const hanging = plugin("hanging", {
      setup: ({ onClose }: Context) => onClose(() => new Promise(() => undefined)),
    });
    const failing = plugin("failing", {
      setup: ({ onClose }: Context) =>
        onClose(() => {
          throw new Error("no");
        }),
    });
    const { booting, lines } = boot({
      first: { plugin: plugin("first") },
      hanging: { plugin: hanging },
      failing: { plugin: failing },
    });
    const { close } = await booting;
    vi.useFakeTimers();
    onTestFinished(() => void vi.useRealTimers());
    const closing = close(2_000);
    await vi.advanceTimersByTimeAsync(2_000);
    await closing;
    expect(steps).toEqual(["first up", "first closed"]);
    expect(lines).toEqual([
      "failing error: failed to close",
      'host warn: plugin "hanging" did not close within 2000 ms',
    ]);
  });
});
