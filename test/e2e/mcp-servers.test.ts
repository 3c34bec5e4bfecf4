import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { PeerProcess } from "../helpers/peer-process.ts";
import { question, scenarios, textOf, toolOutput } from "../helpers/scenario.ts";

const fixture = fileURLToPath(new URL("../fixtures/mcp-servers/stdio.mjs", import.meta.url));
const table = (name: string, lines: string) => `[mcp_servers.${name}]\n${lines}\n`;
const good = table(
  "docs",
  `command = ${JSON.stringify(process.execPath)}\nargs = [${JSON.stringify(fixture)}]`,
);
const bad = table("gone", 'command = "no-such-server"');

const start = scenarios({
  script: [[{ call: "docs__echo", arguments: { text: "hello" }, id: "c1" }], "All done."],
  config: good,
});

function types(peer: PeerProcess): string[] {
  return peer.events().map(({ type }) => String(type));
}

describe("acceptance 25: an external server of the built program", () => {
  it("is called by the model, and its events reach the client", async () => {
    const { peer, model, codex } = await start();
    const call = codex({ prompt: "look it up" });
    expect(textOf(await peer.answer(call))).toBe("All done.");
    expect(toolOutput(await model.seen(2))).toBe('[{"type":"text","text":"hello"}]');
    const told = types(peer).filter((type) => type.startsWith("mcp_"));
    expect(told).toEqual(["mcp_tool_call_begin", "mcp_tool_call_end"]);
    expect(peer.garbage).toEqual([]);
  });

  it("that does not start is named in an error event, and the call goes on (T3)", async () => {
    const { peer, codex } = await start({ config: bad + good });
    const call = codex({ prompt: "look it up" });
    expect(textOf(await peer.answer(call))).toBe("All done.");
    expect(types(peer).slice(0, 3)).toEqual(["session_configured", "error", "task_started"]);
  });

  it("asks the person behind the client", async () => {
    const { peer, model, codex } = await start({
      script: [[{ call: "docs__asks", arguments: {}, id: "c1" }], "All done."],
    });
    const call = codex({ prompt: "ask" });
    const asked = await question(peer);
    expect(asked.params).toMatchObject({ message: 'The MCP server "docs" asks: Which?' });
    peer.respond(asked.id, { action: "accept", content: { colour: "red" } });
    expect(textOf(await peer.answer(call))).toBe("All done.");
    expect(toolOutput(await model.seen(2))).toContain("red");
  });

  it("that is the program itself is refused", async () => {
    const own = fileURLToPath(new URL("../../dist/portico.cjs", import.meta.url));
    const me = `command = ${JSON.stringify(process.execPath)}\nargs = [${JSON.stringify(own)}, "mcp"]`;
    const { peer, codex } = await start({ script: ["All done."], config: table("me", me) });
    const call = codex({ prompt: "go" });
    expect(textOf(await peer.answer(call))).toBe("All done.");
    expect(JSON.stringify(peer.messages)).toContain("it is this program itself");
  });

  it("refuses a call inside of too many agents, by name", async () => {
    const { peer, codex } = await start({ env: { PORTICO_DEPTH: "4" } });
    const answer = await peer.answer(codex({ prompt: "go" }));
    expect(answer.result?.["isError"]).toBe(true);
    expect(textOf(answer)).toContain("this agent runs inside of 4 others");
  });
});
