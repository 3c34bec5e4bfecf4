import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineMethod, type Log } from "../core/index.ts";
import { bootBuiltins } from "../host/commands/build.ts";
import { Registry } from "../host/plugins/registry.ts";
import { describeRegistry } from "../host/reference.ts";
import { testSeams } from "./helpers/plugin-seams.ts";

describe("plugins/METHODS.md", () => {
  it("says what the built-in plugins register now; `npm run reference` makes it anew", async () => {
    const { registry, close } = await bootBuiltins(testSeams().environment);
    const written = readFileSync(new URL("../plugins/METHODS.md", import.meta.url), "utf8");
    expect(written).toBe(await describeRegistry(registry));
    await close();
  });
});

describe("the reference", () => {
  it("shows owner, sentence and schemas of every kind", async () => {
    const log: Log = testSeams().log.for("acme");
    const owner = { plugin: "acme", log };
    const registry = new Registry();
    const method = defineMethod({
      name: "acme/do",
      summary: "Do it.",
      params: z.object({ times: z.int() }),
      result: z.object({ done: z.boolean() }),
    });
    registry.methods.set("acme/do", { ...owner, definition: method, handler: () => ({}) });
    const told = { name: "acme/told", summary: "Told.", params: z.object({}) };
    registry.notifications.set("acme/told", { ...owner, definition: told, handler: undefined });
    const prompt = {
      name: "hello",
      description: "Say hello.",
      arguments: [{ name: "to", description: "Whom.", required: true }],
    };
    registry.prompts.set("hello", {
      ...owner,
      definition: prompt,
      handler: () => ({ messages: [] }),
    });
    const resource = { uri: "acme://x", name: "x", description: "An x." };
    registry.resources.set("acme://x", { ...owner, definition: resource, handler: () => [] });
    const page = await describeRegistry(registry);
    for (const text of [
      "## Methods",
      "### `acme/do`\n\nPlugin: acme\n\nDo it.\n\nParams:",
      '"times"',
      '"done"',
      "Told. (sent to the client)",
      "- `to` (required): Whom.",
      "### `acme://x`\n\nPlugin: acme\n\nAn x.",
    ]) {
      expect(page).toContain(text);
    }
    expect(page).not.toContain("## Tools");
  });
});
