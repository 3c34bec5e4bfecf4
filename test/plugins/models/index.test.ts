import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { Credentials, optional, Settings } from "../../../core/index.ts";
import type { Finding, Models, PluginContext, Token } from "../../../core/index.ts";
import plugin from "../../../plugins/models/index.ts";
import { Options } from "../../../plugins/models/options.ts";
import { ask, items, settings, world } from "./opened.ts";

/** Sets the plugin up with what it uses of a context. */
async function setUp(env: Record<string, string> = {}) {
  const provided = new Map<string, unknown>();
  const diagnostics: ((signal: AbortSignal) => Finding[] | Promise<Finding[]>)[] = [];
  const closers: (() => void | Promise<void>)[] = [];
  const { environment, log } = world({ env });
  const context = {
    environment,
    log,
    options: { localPorts: [] },
    provide: (token: Token<unknown>, value: unknown) => void provided.set(token.id, value),
    diagnostic: (examine: (typeof diagnostics)[number]) => void diagnostics.push(examine),
    whenIdle: () => undefined,
    onClose: (dispose: (typeof closers)[number]) => void closers.push(dispose),
  };
  await plugin.setup(context as unknown as PluginContext<Options>, {
    settings: { home: "/nowhere", load: () => Promise.resolve(settings()) },
    credentials: undefined,
  });
  // The only service that this plugin provides.
  const models = provided.get("models") as Models;
  return {
    models,
    diagnostics,
    close: async () => {
      for (const close of closers) await close();
    },
  };
}

describe("the plugin", () => {
  it("provides a service that answers without any configuration", async () => {
    const { models, close } = await setUp();
    const model = await models.open({ settings: settings(), conversationId: "c" });
    expect(model).toMatchObject({ name: "offline", provider: "offline", streamMaxRetries: 0 });
    expect(items(await ask(model))).toHaveLength(1);
    await close();
  });

  it("closes before it was ever used", async () => {
    const { close } = await setUp();
    await expect(close()).resolves.toBeUndefined();
  });

  it("tells the doctor which model it would open", async () => {
    const { diagnostics } = await setUp({ OPENAI_API_KEY: "sk-secret" });
    const findings = await diagnostics[0]?.(new AbortController().signal);
    expect(findings?.map(({ message }) => message)).toEqual([
      "gpt-5-codex of provider openai at https://api.openai.com/v1 (OPENAI_API_KEY is set)",
      "OPENAI_API_KEY is set",
    ]);
  });

  it("needs the settings and has strict options", () => {
    expect(plugin.needs).toEqual({ settings: Settings, credentials: optional(Credentials) });
    expect(Options.safeParse({ localPort: [] }).success).toBe(false);
    expect(Options.safeParse({ localPorts: [0] }).success).toBe(false);
    expect(Options.safeParse({ localPorts: [8080] }).success).toBe(true);
  });

  it("loads nothing of its own when it is set up", () => {
    const path = fileURLToPath(new URL("../../../plugins/models/index.ts", import.meta.url));
    const script = `
      import { registerHooks } from "node:module";
      const loaded = [];
      registerHooks({ load(url, context, next) { loaded.push(url); return next(url, context); } });
      await import(${JSON.stringify(path)});
      process.stdout.write(JSON.stringify(loaded.filter((url) => /models|ai-sdk|node:https?/.test(url))));
    `;
    const output = execFileSync(process.execPath, ["--input-type=module", "--eval", script], {
      encoding: "utf8",
    });
    const files = (JSON.parse(output) as string[]).map((url) => url.split("/").slice(-2).join("/"));
    expect(files.toSorted()).toEqual([
      "models/builtin-ids.ts",
      "models/index.ts",
      "models/models.ts",
      "services/models.ts",
    ]);
  });
});
