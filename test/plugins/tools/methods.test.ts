import { describe, expect, it } from "vitest";
import { z } from "zod";
import { resolveDeferred } from "../../../core/index.ts";
import { codexReplyTool, codexTool } from "../../../plugins/tools/methods.ts";
import { Options } from "../../../plugins/tools/schemas.ts";

const codexSchema = await resolveDeferred(codexTool.input);
const replySchema = await resolveDeferred(codexReplyTool.input);

describe("the arguments of codex", () => {
  it("are shown as plain types, closed to unknown names", () => {
    const schema = z.toJSONSchema(codexSchema, { io: "input" });
    const types = Object.entries(schema.properties ?? {}).map(([name, property]) => [
      name,
      typeof property === "object" ? property.type : undefined,
    ]);
    expect(Object.fromEntries(types)).toEqual({
      prompt: "string",
      model: "string",
      profile: "string",
      cwd: "string",
      "approval-policy": "string",
      sandbox: "string",
      config: "object",
      "base-instructions": "string",
      "developer-instructions": "string",
      "compact-prompt": "string",
      "include-plan-tool": "boolean",
    });
    expect(schema).toMatchObject({
      type: "object",
      required: ["prompt"],
      additionalProperties: false,
      properties: {
        "approval-policy": { enum: ["untrusted", "on-failure", "on-request", "never"] },
        sandbox: { enum: ["read-only", "workspace-write", "danger-full-access"] },
      },
    });
  });

  it("may be null, which means absent", () => {
    const names = Object.keys(codexSchema.shape).filter((name) => name !== "prompt");
    const args = Object.fromEntries(names.map((name) => [name, null]));
    const parsed = codexSchema.parse({ ...args, prompt: "x" });
    expect(Object.values(parsed).filter((value) => value !== undefined)).toEqual(["x"]);
  });

  it.each([
    {},
    { prompt: null },
    { prompt: 1 },
    { prompt: "x", model: 1 },
    { prompt: "x", sandbox: "none" },
    { prompt: "x", "approval-policy": "unless-trusted" },
    { prompt: "x", config: [] },
    { prompt: "x", config: "model=x" },
    { prompt: "x", "include-plan-tool": "yes" },
    { prompt: "x", Sandbox: "read-only" },
  ])("are refused when they are %j", (args) => {
    expect(codexSchema.safeParse(args).success).toBe(false);
  });

  it("may be spelled in snake_case and camelCase", () => {
    expect(codexTool.aliases).toMatchObject({
      approval_policy: "approval-policy",
      approvalPolicy: "approval-policy",
      base_instructions: "base-instructions",
      baseInstructions: "base-instructions",
      includePlanTool: "include-plan-tool",
    });
    const targets = Object.values(codexTool.aliases ?? {});
    expect(targets.filter((name) => !(name in codexSchema.shape))).toEqual([]);
  });
});

describe("the arguments of codex-reply", () => {
  it("require the prompt only", () => {
    const schema = z.toJSONSchema(replySchema, { io: "input" });
    expect(schema.required).toEqual(["prompt"]);
    expect(schema.additionalProperties).toBe(false);
    expect(replySchema.safeParse({ prompt: "x", threadId: null }).success).toBe(true);
    const targets = Object.values(codexReplyTool.aliases ?? {});
    expect(targets.filter((name) => !(name in replySchema.shape))).toEqual([]);
  });
});

describe("the result of both", () => {
  it.each([codexTool, codexReplyTool])("is shown as an object with id and text", async (tool) => {
    if (tool.output === undefined) throw new Error("no output schema");
    const schema = z.toJSONSchema(await resolveDeferred(tool.output), { io: "output" });
    expect(schema).toMatchObject({
      type: "object",
      required: ["threadId", "content"],
      properties: {
        threadId: { type: "string" },
        content: { type: "string" },
        conversationId: { type: "string" },
        notes: { type: "array", items: { type: "string" } },
      },
    });
  });
});

describe("the options of tools", () => {
  it("are strict", () => {
    expect(Options.safeParse({}).success).toBe(true);
    expect(Options.safeParse({ events: "off" }).success).toBe(true);
    expect(Options.safeParse({ events: false }).success).toBe(false);
    expect(Options.safeParse({ event: "off" }).success).toBe(false);
  });
});
