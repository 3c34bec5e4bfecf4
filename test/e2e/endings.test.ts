import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { PeerProcess } from "../helpers/peer-process.ts";
import { patchCall, question, scenarios, shellCall, textOf } from "../helpers/scenario.ts";
import { tempFolder } from "../helpers/temp-folder.ts";

const start = scenarios();
const asking = { script: [[patchCall("new.txt", "hello")]] };
const untrusted = { prompt: "go", "approval-policy": "untrusted" };

/** A server whose only plugin of its own is this module. */
function withPlugin(source: string): PeerProcess {
  const folder = tempFolder({ "package.json": '{"type":"module"}', "plugin.js": source });
  const configuration = join(folder, "plugins.config.json");
  writeFileSync(configuration, JSON.stringify({ plugins: { "./plugin.js": true } }));
  const env = { PORTICO_HOME: folder };
  const peer = new PeerProcess(["mcp", "--plugins", configuration], { cwd: folder, env });
  onTestFinished(() => peer.dispose());
  return peer;
}

describe("the server ends with code 0 in time", () => {
  it("although signals go on coming while a question is open", async () => {
    const { peer, codex } = await start(asking);
    codex(untrusted);
    await question(peer);
    const again = setInterval(() => peer.child.kill("SIGINT"), 5);
    peer.child.kill("SIGTERM");
    expect(await peer.exited.finally(() => clearInterval(again))).toMatchObject({
      code: 0,
      signal: null,
    });
  });

  it("although nobody reads the log", async () => {
    const bad = { status: 400, body: "x".repeat(4000) };
    const { peer, codex } = await start({ script: () => bad, env: { PORTICO_LOG: "debug" } });
    peer.child.stderr?.pause();
    const calls = Array.from({ length: 40 }, () => codex({ prompt: "go" }));
    for (const call of calls) expect((await peer.answer(call)).result?.["isError"]).toBe(true);
    const from = performance.now();
    peer.child.stdin?.end();
    expect(await once(peer.child, "exit")).toEqual([0, null]);
    expect(performance.now() - from).toBeLessThan(2500);
    peer.child.stderr?.resume();
  });

  it.each(["yes", "cat /dev/zero"])(
    "although a command floods with %s; its call is answered",
    async (command) => {
      const script = [[shellCall(["bash", "-c", `setsid sleep 600 & echo $!; exec ${command}`])]];
      const { peer, codex } = await start({ script });
      const call = codex({
        prompt: "go",
        sandbox: "danger-full-access",
        "approval-policy": "never",
      });
      const { chunk } = await peer.event("exec_command_output_delta");
      const daemon = Number.parseInt(Buffer.from(String(chunk), "base64").toString(), 10);
      expect(await peer.end()).toMatchObject({ code: 0, signal: null });
      expect(
        textOf(peer.messages.find(({ id, method }) => id === call && method === undefined)),
      ).toBe("The turn was aborted: the server is shutting down.");
      expect(peer.events().map(({ type }) => type)).not.toContain("exec_command_end");
      if (process.platform === "linux") {
        await expect.poll(() => existsSync(`/proc/${daemon}`), { timeout: 2000 }).toBe(false);
      }
    },
  );

  it("although nobody reads megabytes of answers", async () => {
    const { peer } = await start();
    peer.child.stdout?.pause();
    for (let call = 0; call < 2000; call += 1) peer.post("tools/list");
    const from = performance.now();
    peer.child.stdin?.end();
    expect(await once(peer.child, "exit")).toEqual([0, null]);
    expect(performance.now() - from).toBeLessThan(2500);
    peer.child.stdout?.resume();
  });

  it("although a plugin never loads; what waits for it is answered", async () => {
    const peer = withPlugin("await new Promise((resolve) => setTimeout(resolve, 60_000));");
    const early = peer.post("initialize", {});
    const exit = await peer.end();
    expect(exit).toMatchObject({ code: 0, signal: null });
    expect(exit.ms).toBeLessThan(2500);
    expect((await peer.answer(early)).error).toMatchObject({ code: -32603 });
  });
});

describe("a plugin cannot cut the connection", () => {
  it.each(["cork()", "end()", "destroy()", "write('printed')"])(
    "with process.stdout.%s",
    async (step) => {
      const peer = withPlugin(`process.stdout.${step};
        export default { apiVersion: 1, name: "rude", version: "1.0.0", setup() {} };`);
      expect((await peer.initialize()).result).toBeDefined();
      expect(await peer.end()).toMatchObject({ code: 0 });
      expect(peer.garbage).toEqual([]);
    },
  );
});
