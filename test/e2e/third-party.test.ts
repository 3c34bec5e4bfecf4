import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { PeerProcess } from "../helpers/peer-process.ts";
import { tempFolder } from "../helpers/temp-folder.ts";

const configuration = fileURLToPath(new URL("../../examples/plugins.config.json", import.meta.url));

async function connect(capabilities: object): Promise<PeerProcess> {
  const home = tempFolder();
  const peer = new PeerProcess(["mcp", "--plugins", configuration], {
    cwd: home,
    env: { PORTICO_HOME: home },
  });
  onTestFinished(() => peer.dispose());
  await peer.initialize(capabilities);
  return peer;
}

describe("what a plugin prints", () => {
  it.each([
    "console.log('x')",
    "process.stdout.write('x\\n')",
    "fs.writeSync(1, 'x\\n')",
    "fs.writeFileSync(1, 'x\\n')",
    "fs.write(1, 'x\\n', () => undefined)",
    "spawnSync('echo', ['x'], { stdio: 'inherit' })",
    "spawn('echo', ['x'], { stdio: ['ignore', 1, 'inherit'] })",
  ])("by %s never reaches stdout", async (statement) => {
    const folder = tempFolder({
      "plugins.config.json": '{"plugins":{"./loud.js":true}}',
      "loud.js": `
        import fs from "node:fs";
        import { spawn, spawnSync } from "node:child_process";
        ${statement};
        export default { apiVersion: 1, name: "loud", version: "1.0.0", setup() { ${statement}; } };
      `,
    });
    const peer = new PeerProcess(["mcp"], { cwd: folder, env: { CODEX_HOME: folder } });
    onTestFinished(() => peer.dispose());
    expect((await peer.initialize({})).result).toBeDefined();
    await peer.end();
    expect(peer.garbage).toEqual([]);
    expect(peer.stderr).toContain("x");
  });
});

describe("a plugin that cannot be loaded", () => {
  const files = {
    "broken.js": 'import "portico/plugin";\nexport default {\n  apiVersion: 1 name: "x",\n};\n',
    "typed.ts": 'export default { name: "typed" as };\n',
    "common.cjs": "module.exports = {\n  name: = 1,\n};\n",
    "outer.js": 'import "./inner.js";\nexport default 1;\n',
    "inner.js": "\nconst x = ;\n",
    "export.mjs": 'import { nope } from "portico/plugin";\nexport default nope;\n',
    "leaving.mjs": "process.exit(3);\n",
    "leaver.mjs":
      'export default { apiVersion: 1, name: "leaver", version: "1.0.0", setup() { process.exit(4); } };\n',
    "well.cjs":
      'const { definePlugin } = require("portico/plugin");\nconst { z } = require("zod");\nmodule.exports = definePlugin({ apiVersion: 1, name: "well", version: "1.0.0", options: z.strictObject({}), setup() {} });\n',
    "compiled.cjs":
      'exports.__esModule = true;\nexports.default = require("portico/plugin").definePlugin({ apiVersion: 1, name: "compiled", version: "1.0.0", setup() {} });\n',
  };
  const loaded = Object.keys(files).filter((name) => name !== "inner.js");

  it("is told with file, line and text, and takes no other along", async () => {
    const plugins = Object.fromEntries(loaded.map((name) => [`./${name}`, true]));
    const folder = tempFolder({ ...files, "plugins.config.json": JSON.stringify({ plugins }) });
    const peer = new PeerProcess(["mcp"], { cwd: folder, env: { CODEX_HOME: folder } });
    onTestFinished(() => peer.dispose());
    expect((await peer.initialize({})).result).toBeDefined();
    expect(await peer.end()).toMatchObject({ code: 0 });
    const lines = peer.stderr
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { msg: string });
    const told = lines.map(({ msg }) => msg).join("\n");
    for (const part of [
      `syntax error at ${folder}/broken.js:3:17: Unexpected identifier 'name' in: apiVersion: 1 name: "x",`,
      `syntax error at ${folder}/typed.ts:1:`,
      `syntax error at ${folder}/common.cjs:2:9: Unexpected token '=' in: name: = 1,`,
      `(${folder}/outer.js): syntax error at ${folder}/inner.js:2:11: Unexpected token ';' in: const x = ;`,
      `syntax error at ${folder}/export.mjs:1:10: The requested module 'portico/plugin' does not provide an export named 'nope'`,
      `plugin "./leaving.mjs" failed, going on without it: plugin "./leaving.mjs" (${folder}/leaving.mjs): it called process.exit(3)`,
      `plugin "leaver" failed, going on without it: it called process.exit(4)`,
    ]) {
      expect(told).toContain(part);
    }
    expect(told).not.toMatch(/"(\.\/)?(well|compiled)/);
  });
});

describe("the example plugin", () => {
  it("answers its method in its configured words, and notifies", async () => {
    const peer = await connect({});
    const answer = await peer.request("greeter/greet", { name: "Ann" });
    expect(answer.result).toEqual({ greeting: "Good day, Ann!" });
    expect(peer.messages).toContainEqual({
      jsonrpc: "2.0",
      method: "greeter/greeted",
      params: { name: "Ann" },
    });
    const plain = await peer.request("plain-greeter/greet", { name: "Bo" });
    expect(plain.result).toEqual({ greeting: "Hello, Bo!" });
    expect(peer.garbage).toEqual([]);
  });

  it("refuses params that do not fit its schema", async () => {
    const peer = await connect({});
    const answer = await peer.request("greeter/greet", { name: 5 });
    expect(answer.error?.code).toBe(-32602);
  });

  it("puts its question to the person", async () => {
    const peer = await connect({ elicitation: {} });
    const id = peer.post("tools/call", { name: "meet", arguments: {} });
    const question = await peer.waitFor(({ method }) => method === "elicitation/create");
    expect(question.params).toMatchObject({ message: "Your name?" });
    peer.respond(question.id, { action: "accept", content: { name: "Ann" } });
    const answer = await peer.answer(id);
    expect(answer.result).toMatchObject({ content: [{ type: "text", text: "Good day, Ann!" }] });
  });
});
