import { z } from "zod";
import { describe, expect, it } from "vitest";
import { addTool, silentLog, Wire } from "../wire.ts";

const owner = { plugin: "testing", log: silentLog };
const info = { name: "a", version: "1" };

describe("initialize", () => {
  it.each([
    ["2025-11-25", "2025-11-25"],
    ["2025-06-18", "2025-06-18"],
    ["2025-03-26", "2025-03-26"],
    ["2024-11-05", "2024-11-05"],
    ["2026-07-28", "2025-11-25"],
    ["1999-01-01", "2025-11-25"],
    ["", "2025-11-25"],
  ])("asked for %j settles on %s", async (asked, settled) => {
    const wire = new Wire();
    const { result } = await wire.initialize(asked);
    expect(result?.["protocolVersion"]).toBe(settled);
    expect(wire.seams?.client.peer).toMatchObject({ name: "tester", protocolVersion: settled });
    await wire.end();
  });

  it("introduces the server, with the client in the user agent", async () => {
    const wire = new Wire(undefined, { env: { TERM_PROGRAM: "iTerm" } });
    const { result } = await wire.initialize();
    expect(result?.["serverInfo"]).toEqual({
      name: "codex-mcp-server",
      title: "Codex",
      version: "9.9.9",
      user_agent: expect.stringMatching(
        /^portico\/9\.9\.9 \(\S.* \S+; \w+\) iTerm \(tester; 1\.2\.3\)$/,
      ) as string,
    });
    await wire.end();
  });

  it.each<[object | undefined, string]>([
    [undefined, "protocolVersion"],
    [{ protocolVersion: 1, capabilities: {}, clientInfo: info }, "protocolVersion"],
    [{ protocolVersion: "2025-06-18", clientInfo: info }, "capabilities"],
    [{ protocolVersion: "2025-06-18", capabilities: [], clientInfo: info }, "capabilities"],
    [{ protocolVersion: "2025-06-18", capabilities: {} }, "clientInfo"],
    [
      { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { name: "a" } },
      "clientInfo.version",
    ],
    [
      { protocolVersion: "2025-06-18", capabilities: {}, clientInfo: { version: "1" } },
      "clientInfo.name",
    ],
  ])("refuses %j by name and can be done again", async (params, named) => {
    const wire = new Wire();
    const { error } = await wire.request("initialize", params);
    expect(error).toMatchObject({
      code: -32602,
      message: expect.stringContaining(named) as string,
    });
    expect((await wire.initialize()).result).toBeDefined();
    await wire.end();
  });

  it("is refused a second time, and the connection goes on", async () => {
    const wire = new Wire();
    await wire.initialize("2025-06-18");
    expect((await wire.initialize()).error).toEqual({
      code: -32600,
      message: "initialize called more than once",
    });
    expect(wire.seams?.client.peer.protocolVersion).toBe("2025-06-18");
    await wire.end();
  });

  it("announces what is registered and nothing else", async () => {
    const bare = new Wire();
    expect((await bare.initialize()).result?.["capabilities"]).toEqual({ logging: {} });
    await bare.end();
    const full = new Wire((registry) => {
      addTool(registry, { name: "t" });
      registry.methods.set("acme/m", {
        ...owner,
        definition: { name: "acme/m", summary: "", params: z.object(), result: z.object() },
        handler: () => ({}),
      });
      registry.prompts.set("p", {
        ...owner,
        definition: { name: "p", description: "" },
        handler: () => ({ messages: [] }),
      });
      registry.resources.set("x:y", {
        ...owner,
        definition: { uri: "x:y", name: "y" },
        handler: () => [],
      });
      registry.completions.set("c", {
        ...owner,
        definition: { type: "ref/prompt", name: "p", argument: "a" },
        handler: () => [],
      });
    });
    expect((await full.initialize()).result?.["capabilities"]).toEqual({
      logging: {},
      tools: { listChanged: false },
      prompts: { listChanged: false },
      resources: { listChanged: false },
      completions: {},
      experimental: { portico: { methods: ["acme/m"] } },
    });
    await full.end();
  });

  it("is needed for calls, not for ping, tools/list and methods of plugins", async () => {
    const wire = new Wire((registry) => {
      addTool(registry, { name: "t" });
      registry.methods.set("acme/m", {
        ...owner,
        definition: { name: "acme/m", summary: "", params: z.object(), result: z.object() },
        handler: () => ({ early: true }),
      });
    });
    expect((await wire.request("ping")).result).toEqual({});
    expect((await wire.request("tools/list")).result?.["tools"]).toHaveLength(1);
    expect((await wire.request("acme/m")).result).toEqual({ early: true });
    for (const method of ["tools/call", "logging/setLevel"]) {
      expect((await wire.request(method)).error).toMatchObject({
        code: -32600,
        message: expect.stringContaining(method) as string,
      });
    }
    for (const method of ["server/discover", "prompts/list", "resources/list", "nope"]) {
      expect((await wire.request(method)).error).toMatchObject({ code: -32601, data: { method } });
    }
    await wire.end();
  });
});
