import { describe, expect, it } from "vitest";
import type { Message, PeerProcess } from "../helpers/peer-process.ts";
import { question, scenarios, shellCall, textOf } from "../helpers/scenario.ts";

const start = scenarios({ script: ["Hello."], protocolVersion: "2025-03-26" });

const version = { jsonrpc: "2.0" };
const ping = { ...version, id: "ping", method: "ping" };
const call = {
  ...version,
  id: "call",
  method: "tools/call",
  params: { name: "codex", arguments: { prompt: "go" } },
};

/** The messages of the next line that is a list. */
async function list(peer: PeerProcess): Promise<Message[]> {
  const line: unknown = await peer.waitFor((message) => Array.isArray(message));
  return line as Message[];
}

describe("a batch under 2025-03-26", () => {
  it("is answered as one list once its calls are done, each of its requests once", async () => {
    const { peer } = await start();
    const initialize = { ...version, id: "again", method: "initialize", params: {} };
    const unknown = { ...version, id: "unknown", method: "no/such" };
    const note = { ...version, method: "notifications/whatever" };
    const old = { jsonrpc: "1.0", id: "old", method: "ping" };
    peer.send([call, ping, note, old, 5, initialize, unknown]);
    const answers = await list(peer);
    expect(answers.map(({ id, error }) => [id, error?.code])).toEqual([
      ["call", undefined],
      ["ping", undefined],
      ["old", -32600],
      [undefined, -32600],
      ["again", -32600],
      ["unknown", -32601],
    ]);
    expect(textOf(answers[0])).toBe("Hello.");
  });

  it("leaves out a call that is cancelled", async () => {
    const { peer, model } = await start({ script: [{ hang: true }] });
    peer.send([ping, call]);
    await model.seen(1);
    peer.notify("notifications/cancelled", { requestId: "call" });
    expect((await list(peer)).map(({ id }) => id)).toEqual(["ping"]);
  });

  it("with one id twice has the second refused", async () => {
    const { peer } = await start();
    peer.send([call, call]);
    const answers = await list(peer);
    expect(answers.map(({ id, error }) => [id, error?.code])).toEqual([
      ["call", undefined],
      ["call", -32600],
    ]);
  });

  it("keeps ids that no number can hold", async () => {
    const { peer } = await start();
    let raw = "";
    peer.child.stdout?.on("data", (text: string) => (raw += text));
    peer.write('[{"jsonrpc":"2.0","id":9007199254740993,"method":"ping"}]\n');
    await list(peer);
    expect(raw).toBe('[{"jsonrpc":"2.0","id":9007199254740993,"result":{}}]\n');
  });

  it("may hold the answer to a question", async () => {
    const { peer, codex } = await start({ script: [[shellCall(["git", "init"])], "Done."] });
    const asking = codex({ prompt: "go", "approval-policy": "untrusted" });
    const { id } = await question(peer);
    peer.send([{ ...version, id, result: { decision: "denied" } }]);
    expect(textOf(await peer.answer(asking))).toBe("Done.");
  });

  it("is answered at the end of input, whatever still runs", async () => {
    const { peer, model } = await start({ script: [{ hang: true }] });
    peer.send([ping, call]);
    await model.seen(1);
    const exit = await peer.end();
    expect(exit).toMatchObject({ code: 0 });
    expect(exit.ms).toBeLessThan(2500);
    expect((await list(peer)).map(({ id }) => id)).toEqual(["ping", "call"]);
  });
});
