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
