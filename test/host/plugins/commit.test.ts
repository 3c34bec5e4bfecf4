import { beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { boot, type Context, echo, Greeter, plugin, steps, tool } from "../../helpers/boot.ts";

beforeEach(() => void steps.splice(0));

describe("registrations", () => {
  const registering = (name: string, register: (context: Context) => void) =>
    plugin(name, { setup: register });

  it("of all plugins are checked together, and every problem is said", async () => {
    const a = registering("a", ({ method, tool: add }) => {
      method(echo("shared"), () => ({}));
      method(echo("tools/list"), () => ({}));
      add(tool("bad name"), () => ({ content: [] }));
    });
    const b = registering("b", ({ method, tool: add }) => {
      method(echo("shared"), () => ({}));
      add(tool("t", z.object({ when: z.date() })), () => ({ content: [] }));
      // Its compiler would refuse these.
      add({ ...tool("list"), input: z.array(z.string()) as unknown as z.ZodObject }, () => ({
        content: [],
      }));
      method(echo("unhandled"), undefined as unknown as () => Record<string, never>);
    });
    const error = await boot({ a: { plugin: a }, b: { plugin: b } }).booting.catch(
      (e: unknown) => e,
    );
    expect(error).toMatchObject({ code: "PLUGIN_CONFLICT" });
    expect(String(error).split("; ")).toEqual([
      'HostError: plugin "a" method "tools/list" has a name that MCP reserves',
      'plugin "a" tool "bad name" must have a name of 1 to 64 letters, digits, _, - and .',
      'plugin "b" method "unhandled" has no handler',
      'plugin "b" input of tool "t" cannot be shown as JSON Schema: Date cannot be represented in JSON Schema',
      'plugin "b" input of tool "list" cannot be shown as JSON Schema: its root must be an object',
      'plugin "b" registers method "shared", which a has',
    ]);
  });

  it.each<[string, (context: Context) => void, string]>([
    [
      "a bare method",
      ({ method }) => method(echo("bare"), () => ({})),
      'method "bare" must be named "third/…"',
    ],
    [
      "another's notification",
      ({ notification }) => notification({ name: "codex/x", summary: "X.", params: z.object({}) }),
      'notification "codex/x" must be named "third/…"',
    ],
    [
      "a prompt whose arguments are a schema",
      ({ prompt }) => {
        // Its compiler would refuse it; it is what one expects after a tool.
        const list = z.object({ code: z.string() }) as unknown as [];
        prompt({ name: "review", description: "Review.", arguments: list }, () => ({
          messages: [],
        }));
      },
      'prompt "review" has arguments that are no list of { name, description?, required? }',
    ],
    [
      "a tool without a description",
      ({ tool: add }) => add({ ...tool("t"), description: "" }, () => ({ content: [] })),
      'tool "t" has no description',
    ],
    [
      "a resource without an absolute URI",
      ({ resource }) => resource({ uri: "r", name: "r" }, () => []),
      'resource "r" has no absolute URI',
    ],
    [
      "a method with a transforming schema that JSON Schema lacks",
      ({ method }) => method({ ...echo("third/m"), result: z.bigint() }, () => 1n),
      'result of method "third/m" cannot be shown as JSON Schema',
    ],
    [
      "the same method twice",
      ({ method }) => {
        method(echo("third/m"), () => ({}));
        method({ ...echo("third/m"), params: z.bigint() }, () => ({}));
      },
      "",
    ],
  ])("of %s by a third party are left out or refused", async (_title, register, reason) => {
    const { booting, lines } = boot({
      third: { plugin: registering("third", register), thirdParty: true },
      needy: { plugin: plugin("needy") },
    });
    if (reason === "") {
      await expect(booting).rejects.toMatchObject({ code: "PLUGIN_CONFLICT" });
      return;
    }
    const { plugins, registry } = await booting;
    expect(plugins[0]).toMatchObject({ name: "third", state: "failed" });
    expect(lines[0]).toContain(reason);
    expect(registry.methods.size + registry.notifications.size + registry.resources.size).toBe(0);
  });

  it("of a plugin that needs a misregistered one are left out too", async () => {
    const third = plugin("third", {
      provides: [Greeter],
      setup({ method, provide }: Context) {
        provide(Greeter, { greet: () => "hi" });
        method(echo("bare"), () => ({}));
      },
    });
    const needy = plugin("needy", {
      needs: { greeter: Greeter },
      setup: ({ method }: Context) => method(echo("needy"), () => ({})),
    });
    const { booting } = boot({
      third: { plugin: third, thirdParty: true },
      needy: { plugin: needy },
    });
    const { plugins, registry } = await booting;
    expect(plugins.map(({ state }) => state)).toEqual(["failed", "blocked"]);
    expect(registry.methods.size).toBe(0);
  });

  it("let a third party offer a tool under any free name", async () => {
    const third = registering("third", (context) =>
      context.tool(tool("anything"), () => ({ content: [] })),
    );
    const { registry } = await boot({ third: { plugin: third, thirdParty: true } }).booting;
    expect(registry.tools.get("anything")?.plugin).toBe("third");
  });
});
