import { z } from "zod";
import { describe, expect, it } from "vitest";
import { ConversationError, RpcError } from "../../../core/index.ts";
import type { ToolResult } from "../../../core/index.ts";
import { addTool, Wire } from "../wire.ts";

const settings = z.strictObject({
  prompt: z.string(),
  "approval-policy": z.enum(["never", "untrusted"]).optional(),
  config: z.object({ depth: z.int() }).optional(),
  names: z.record(z.string(), z.string()).optional(),
});

async function connected(wire: Wire, revision?: string): Promise<Wire> {
  await wire.initialize(revision);
  return wire;
}

const call = (wire: Wire, params: object) => wire.request("tools/call", params);

describe("tools/list", () => {
  it.each([
    ["2025-11-25", { title: "The t", outputSchema: {}, annotations: { readOnlyHint: true } }, []],
    ["2025-06-18", { title: "The t", outputSchema: {} }, []],
    [
      "2025-03-26",
      { annotations: { readOnlyHint: true, title: "The t" } },
      ["title", "outputSchema"],
    ],
    ["2024-11-05", { inputSchema: {} }, ["title", "outputSchema", "annotations"]],
  ])("under %s shows what the revision has", async (revision, has, lacks) => {
    const wire = new Wire((registry) =>
      addTool(registry, {
        name: "t",
        output: z.object({ a: z.string() }),
        annotations: { readOnlyHint: true },
      }),
    );
    await connected(wire, revision);
    const { result } = await wire.request("tools/list");
    const [tool] = (result?.["tools"] ?? []) as object[];
    expect(tool).toMatchObject({ name: "t", description: "It is t.", ...has });
    for (const member of lacks) expect(tool).not.toHaveProperty(member);
    await wire.end();
  });

  it("comes in pages whose cursors lead to the next", async () => {
    const wire = new Wire(
      (registry) => ["a", "b", "c", "d", "e"].forEach((name) => addTool(registry, { name })),
      { options: { pageSize: 2 } },
    );
    await connected(wire);
    const names: string[] = [];
    let params: { cursor?: unknown } | undefined;
    for (let page = 0; page < 3; page += 1) {
      const { result } = await wire.request("tools/list", params);
      const tools = (result?.["tools"] ?? []) as { name: string }[];
      names.push(...tools.map(({ name }) => name));
      params = { cursor: result?.["nextCursor"] };
    }
    expect(names).toEqual(["a", "b", "c", "d", "e"]);
    expect(params).toEqual({ cursor: undefined });
    expect((await wire.request("tools/list", { cursor: null })).result).toBeDefined();
    await wire.end();
  });

  it.each([1, "", "nonsense", "ZnJvbSA5OQ", {}])("refuses the cursor %j", async (cursor) => {
    const wire = await connected(new Wire((registry) => addTool(registry, { name: "t" })));
    expect((await wire.request("tools/list", { cursor })).error?.code).toBe(-32602);
    await wire.end();
  });
});

describe("tools/call", () => {
  it.each([
    [undefined, "name"],
    [{}, "name"],
    [{ name: 1 }, "name"],
    [{ name: "t", arguments: [] }, "arguments"],
    [{ name: "codx" }, 'unknown tool: "codx"'],
  ])("refuses %j as malformed", async (params, named) => {
    const wire = await connected(new Wire((registry) => addTool(registry, { name: "t" })));
    const { error } = await wire.request("tools/call", params);
    expect(error).toMatchObject({
      code: -32602,
      message: expect.stringContaining(named) as string,
    });
    await wire.end();
  });

  it.each([undefined, null, {}])("takes %j as no arguments", async (given) => {
    const seen: unknown[] = [];
    const wire = new Wire((registry) =>
      addTool(registry, { name: "t" }, (args) => {
        seen.push(args);
        return { content: [] };
      }),
    );
    await connected(wire);
    await call(wire, { name: "t", ...(given !== undefined && { arguments: given }) });
    expect(seen).toEqual([{}]);
    await wire.end();
  });

  it.each<[object, string[]]>([
    [{}, ['"prompt" is missing: it must be a string']],
    [{ prompt: 5 }, ['"prompt" is 5, but must be a string']],
    [
      { prompt: "a", "approval-policy": "always" },
      ['"approval-policy" is "always"', '"never", "untrusted"'],
    ],
    [
      { prompt: "a", "approval-polcy": "never" },
      ['"approval-polcy" is not known', 'did you mean "approval-policy"?'],
    ],
    [{ prompt: "a", zzz: 1 }, ['"zzz" is not known']],
    [{ prompt: "a", config: { depth: 1.5 } }, ['"config.depth" is 1.5, but must be an integer']],
    [{ prompt: "a", config: [] }, ['"config" is []', "an object"]],
    [{ prompt: "a", names: "b" }, ['"names" is "b", but must be an object']],
    [{ prompt: 1, "approval-policy": 2 }, ['"prompt"', '"approval-policy"']],
  ])("answers the arguments %j with a text for the model", async (args, texts) => {
    const wire = await connected(
      new Wire((registry) => addTool(registry, { name: "t", input: settings })),
    );
    const { result } = await call(wire, { name: "t", arguments: args });
    expect(result).toMatchObject({ isError: true, content: [{ type: "text" }] });
    const said = JSON.stringify(result).replaceAll(String.raw`\"`, '"');
    for (const part of texts) expect(said).toContain(part);
    if (texts.length === 1) expect(said).not.toContain("did you mean");
    await wire.end();
  });

  it("renames other spellings, and refuses two that differ", async () => {
    const seen: unknown[] = [];
    const aliases = { approval_policy: "approval-policy", approvalPolicy: "approval-policy" };
    const wire = new Wire((registry) =>
      addTool(registry, { name: "t", input: settings, aliases }, (args) => {
        seen.push(args);
        return { content: [] };
      }),
    );
    await connected(wire);
    const given = { prompt: "", approval_policy: "never", approvalPolicy: null };
    await call(wire, { name: "t", arguments: given });
    await call(wire, { name: "t", arguments: { ...given, "approval-policy": "never" } });
    expect(seen).toEqual(Array(2).fill({ prompt: "", "approval-policy": "never" }));
    const { result } = await call(wire, {
      name: "t",
      arguments: { ...given, "approval-policy": "untrusted" },
    });
    expect(JSON.stringify(result)).toContain("differ");
    await wire.end();
  });

  it("loads a deferred schema at the first call", async () => {
    let loads = 0;
    const input = async () => {
      loads += 1;
      return z.object({ a: z.string() });
    };
    const wire = await connected(new Wire((registry) => addTool(registry, { name: "t", input })));
    await wire.request("tools/list");
    expect(loads).toBe(0);
    expect((await call(wire, { name: "t", arguments: { a: "b" } })).result).toBeDefined();
    expect(loads).toBeGreaterThan(0);
    await wire.end();
  });

  it.each<[string, () => ToolResult, object]>([
    [
      "an RpcError",
      () => {
        throw new RpcError(-5, "mine", { a: 1 });
      },
      { error: { code: -5, message: "mine", data: { a: 1 } } },
    ],
    [
      "a bug",
      () => {
        throw new TypeError("secret");
      },
      { error: { code: -32603, message: "internal error" } },
    ],
    [
      "unusable settings",
      () => {
        throw new ConversationError("settings", "no profile x");
      },
      { result: { isError: true, content: [{ text: "no profile x" }] } },
    ],
    ["no content", () => ({}) as ToolResult, { error: { code: -32603 } }],
    ["nothing", () => undefined as unknown as ToolResult, { error: { code: -32603 } }],
  ])("turns %s into its answer", async (_, handler, expected) => {
    const wire = await connected(new Wire((registry) => addTool(registry, { name: "t" }, handler)));
    expect(await call(wire, { name: "t" })).toMatchObject(expected);
    expect(wire.text.join()).not.toContain("secret");
    await wire.end();
  });

  it.each([
    [
      "2025-11-25",
      { structuredContent: { a: 1 }, content: [{ type: "resource_link" }, { type: "audio" }] },
    ],
    ["2025-03-26", { content: [{ type: "text", text: "N: x:y" }, { type: "audio" }] }],
    ["2024-11-05", { content: [{ type: "text" }, { type: "text", text: "(audio, audio/wav)" }] }],
  ])("under %s returns what the revision has", async (revision, expected) => {
    const wire = new Wire((registry) =>
      addTool(registry, { name: "t" }, () => ({
        content: [
          { type: "resource_link", uri: "x:y", name: "N" },
          { type: "audio", data: "", mimeType: "audio/wav" },
        ],
        structuredContent: { a: 1 },
        error: "old readers",
      })),
    );
    await connected(wire, revision);
    const { result } = await call(wire, { name: "t" });
    expect(result).toMatchObject({ ...expected, error: "old readers" });
    expect("structuredContent" in (result ?? {})).toBe("structuredContent" in expected);
    await wire.end();
  });

  it("tells the handler who calls", async () => {
    const wire = new Wire((registry) =>
      addTool(registry, { name: "t" }, (_, { requestId, client }) => ({
        content: [{ type: "text", text: `${typeof requestId} ${client.peer.name}` }],
      })),
    );
    await connected(wire);
    wire.post("x", "tools/call", { name: "t" });
    expect((await wire.answer("x")).result).toMatchObject({ content: [{ text: "string tester" }] });
    await wire.end();
  });
});
