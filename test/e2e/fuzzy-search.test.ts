import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { PeerProcess, program, type Message } from "../helpers/peer-process.ts";
import { tempHome } from "../helpers/temp-home.ts";

/** Large enough that listing it takes a while. */
let large: string;
beforeAll(() => {
  large = realpathSync(mkdtempSync(join(tmpdir(), "portico-large-")));
  for (let folder = 0; folder < 2000; folder += 1) {
    const path = join(large, `area${folder % 40}`, `part${folder}`);
    mkdirSync(path, { recursive: true });
    for (let file = 0; file < 10; file += 1) writeFileSync(join(path, `item${file}.ts`), "");
  }
}, 120_000);
afterAll(() => rmSync(large, { recursive: true, force: true }));

async function start(options: object = {}): Promise<{ peer: PeerProcess; workspace: string }> {
  const home = tempHome();
  writeFileSync(
    join(home.workspace, "plugins.config.json"),
    JSON.stringify({ plugins: { "fuzzy-search": options } }),
  );
  writeFileSync(join(home.workspace, "user_service.ts"), "");
  mkdirSync(join(home.workspace, "src"));
  writeFileSync(join(home.workspace, "src/user.ts"), "");
  const peer = new PeerProcess(["mcp"], { env: { CODEX_HOME: home.home }, cwd: home.workspace });
  onTestFinished(async () => {
    await peer.dispose();
    home.dispose();
  });
  await peer.initialize();
  return { peer, workspace: home.workspace };
}

const search = "fuzzyFileSearch";

/** The answers in the order they came in. */
function answers(peer: PeerProcess): Message["id"][] {
  return peer.messages.filter((one) => one.method === undefined).map(({ id }) => id);
}

describe("fuzzyFileSearch", () => {
  it("answers with exact scores and the roots as they were given", async () => {
    const { peer } = await start();
    const { result } = await peer.request(search, { query: "usr", roots: ["."] });
    const common = { root: "." };
    expect(result).toEqual({
      files: [
        {
          ...common,
          path: "user_service.ts",
          file_name: "user_service.ts",
          score: 75,
          indices: [0, 1, 3],
        },
        { ...common, path: "src/user.ts", file_name: "user.ts", score: 72, indices: [4, 5, 7] },
      ],
    });
  });

  it("D3: answers with an empty list for no roots, and names those that are none", async () => {
    const { peer } = await start();
    expect((await peer.request(search, { query: "a", roots: [] })).result).toEqual({ files: [] });
    expect((await peer.request(search, { query: "a", roots: ["nowhere"] })).result).toEqual({
      files: [],
      notes: ['root does not exist: "nowhere"'],
    });
    const params = { query: "usr", roots: ["."], cancellationToken: null };
    expect((await peer.request(search, params)).result?.["files"]).toHaveLength(2);
    expect((await peer.request(search, { query: 1, roots: ["."] })).error?.code).toBe(-32602);
  });

  it("D9: does not keep others waiting while it lists a large tree", async () => {
    const { peer } = await start();
    const slow = peer.post(search, { query: "item7", roots: [large] });
    const ping = peer.post("ping");
    await peer.answer(slow);
    expect(answers(peer).indexOf(ping)).toBeLessThan(answers(peer).indexOf(slow));
  });

  it("D9: ends a search when a newer one has its token", async () => {
    const { peer } = await start();
    const search3 = ["ite", "item", "item7"].map((query) =>
      peer.post(search, { query, roots: [large], cancellationToken: "typing" }),
    );
    const other = peer.post(search, { query: "usr", roots: ["."], cancellationToken: "" });
    const [first, second, last] = search3;
    const found = await peer.answer(last ?? -1);
    expect(found.result?.["files"]).toHaveLength(50);
    expect((await peer.answer(other)).result?.["files"]).toHaveLength(2);
    const order = answers(peer);
    expect(order.indexOf(first)).toBeLessThan(order.indexOf(last));
    expect(order.indexOf(second)).toBeLessThan(order.indexOf(last));
    for (const id of [first, second]) {
      expect(Array.isArray((await peer.answer(id ?? -1)).result?.["files"])).toBe(true);
    }
  });

  it("ends without an answer when it is cancelled, and the next one is answered", async () => {
    const { peer } = await start();
    const slow = peer.post(search, { query: "item7", roots: [large] });
    peer.notify("notifications/cancelled", { requestId: slow });
    const next = await peer.request(search, { query: "item7", roots: [large] });
    expect(next.result?.["files"]).toHaveLength(50);
    expect(answers(peer)).not.toContain(slow);
  });

  it("tells how far it is, and what it has found, when that was asked for", async () => {
    const { peer } = await start();
    const params = { query: "item7", roots: [large], _meta: { progressToken: "p" } };
    await peer.request(search, params);
    const told = peer.messages.filter((one) => one.method === "notifications/progress");
    expect(told.length).toBeGreaterThan(0);
    expect(told[0]?.params?.["progressToken"]).toBe("p");
    expect(told[0]?.params?.["message"]).toMatch(
      /^\d+ files seen, \d+ match: area\d+\/part\d+\/item7\.ts, /,
    );
    await peer.request(search, { query: "item8", roots: ["."] });
    const all = peer.messages.filter((one) => one.method === "notifications/progress");
    expect(all).toHaveLength(told.length);
  });

  it("ends with its server while a search is running", async () => {
    const { peer } = await start();
    peer.post(search, { query: "item7", roots: [large] });
    expect(await peer.end()).toMatchObject({ code: 0, signal: null });
    expect(peer.garbage).toEqual([]);
  });

  it.each([
    ["method", search, "tool"],
    ["tool", "tools/call", "method"],
  ])("is switched off by the option %s", async (option, method) => {
    const { peer } = await start({ [option]: false });
    const params = {
      name: "search_files",
      arguments: { query: "usr" },
      query: "usr",
      roots: ["."],
    };
    expect((await peer.request(method, params)).error).toBeDefined();
    const other = method === search ? "tools/call" : search;
    expect((await peer.request(other, params)).result).toBeDefined();
  });

  it("orders by score where the configuration says so, and forgets an unused root", async () => {
    const { peer } = await start({ order: "score", forgetAfterMinutes: 0.001, hidden: false });
    for (let round = 0; round < 3; round += 1) {
      const { result } = await peer.request(search, { query: "usr", roots: ["."] });
      const files = result?.["files"] as { path: string; score: number }[];
      expect(files.map(({ path }) => path)).toEqual(["user_service.ts", "src/user.ts"]);
    }
  });
});

describe("search_files", () => {
  it("is a read-only tool whose result fits its schema, for the official client", async () => {
    const home = tempHome();
    writeFileSync(join(home.workspace, "user_service.ts"), "");
    const client = new Client({ name: "sdk", version: "1.0.0" });
    const transport = new StdioClientTransport({
      command: process.execPath,
      args: [program, "mcp"],
      env: { PATH: process.env["PATH"] ?? "", CODEX_HOME: home.home },
      cwd: home.workspace,
      stderr: "ignore",
    });
    await client.connect(transport);
    onTestFinished(async () => {
      await client.close();
      home.dispose();
    });
    const { tools } = await client.listTools();
    const tool = tools.find(({ name }) => name === "search_files");
    expect(tool?.annotations).toMatchObject({ readOnlyHint: true });
    expect(tool?.outputSchema).toMatchObject({ required: ["files"] });
    const args = { query: "usvc", roots: [".", "nowhere"] };
    const result = await client.callTool({ name: "search_files", arguments: args });
    expect(result).toMatchObject({
      content: [{ type: "text", text: './user_service.ts\n\nroot does not exist: "nowhere"' }],
      structuredContent: { files: [{ path: "user_service.ts" }] },
    });
  });
});
