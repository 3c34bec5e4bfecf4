import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { PeerProcess } from "../helpers/peer-process.ts";
import {
  question,
  scenarios,
  shellCall,
  structuredOf,
  textOf,
  type Scenario,
} from "../helpers/scenario.ts";

const untrusted = { prompt: "make a repository", "approval-policy": "untrusted" };
const gitInit = [shellCall(["git", "init"])];
const start = scenarios({ script: [gitInit, "Done.", "Second.", "Third."] });

const isMade = ({ home }: Scenario) => existsSync(join(home.workspace, ".git"));
const questionsOf = (peer: PeerProcess) =>
  peer.messages.filter((message) => message.method === "elicitation/create");

describe("an answer to a question", () => {
  it.each([["0"], [7], [-1], [0.5], [null]])("counts for nothing under the id %j", async (id) => {
    const running = await start();
    const { peer, codex } = running;
    const call = codex(untrusted);
    const asked = await question(peer);
    peer.send({ jsonrpc: "2.0", id, result: { decision: "approved" } });
    expect((await peer.request("ping")).result).toEqual({});
    expect(isMade(running)).toBe(false);
    peer.respond(asked.id, { decision: "denied" });
    expect(textOf(await peer.answer(call))).toBe("Done.");
    expect(isMade(running)).toBe(false);
  });

  const denials: [string, object[]][] = [
    ["that is an error as well", [{ result: { decision: "approved" }, error: { code: 1 } }]],
    ["that is an error of no shape", [{ error: "boom" }]],
    ["that is null", [{ result: null }]],
    ["that is a text", [{ result: "approved" }]],
    [
      "that is repeated",
      [{ result: { decision: "denied" } }, { result: { decision: "approved" } }],
    ],
    ["whose decision is a list", [{ result: { decision: ["approved"] } }]],
    ["whose action is unknown", [{ result: { action: "yes" } }]],
  ];
  it.each(denials)("%s denies", async (_, answers) => {
    const running = await start();
    const { peer, codex } = running;
    const call = codex(untrusted);
    const { id } = await question(peer);
    for (const answer of answers) peer.send({ jsonrpc: "2.0", id, ...answer });
    expect(textOf(await peer.answer(call))).toBe("Done.");
    expect(isMade(running)).toBe(false);
  });

  it.each([{}, { jsonrpc: "1.0" }])("is heard although it says %o", async (version) => {
    const { peer, codex } = await start();
    const call = codex(untrusted);
    peer.send({ ...version, id: (await question(peer)).id, result: { decision: "denied" } });
    expect(textOf(await peer.answer(call))).toBe("Done.");
  });

  it("comes too late once its call is cancelled, in one breath too", async () => {
    const running = await start();
    const { peer, codex } = running;
    const call = codex(untrusted);
    const { id } = await question(peer);
    const cancel = { method: "notifications/cancelled", params: { requestId: call } };
    const yes = { id, result: { decision: "approved" } };
    const lines = [cancel, yes].map((one) => JSON.stringify({ jsonrpc: "2.0", ...one }));
    peer.write(`${lines.join("\n")}\n`);
    await peer.event("turn_aborted");
    expect(await peer.end()).toMatchObject({ code: 0 });
    expect(isMade(running)).toBe(false);
  });
});

describe("questions of several calls", () => {
  it("are numbered from 0 and may be answered in any order", async () => {
    const { peer, codex } = await start({
      script: ({ body }) => (JSON.stringify(body).includes("call_output") ? "Done." : gitInit),
    });
    const calls = Array.from({ length: 12 }, () => codex(untrusted));
    await peer.waitFor(() => questionsOf(peer).length === calls.length);
    const asked = questionsOf(peer);
    expect(asked.map(({ id }) => id)).toEqual(calls.map((_, index) => index));
    const owners = asked.map(({ params }) => params?.["codex_mcp_tool_call_id"]);
    expect(new Set(owners)).toEqual(new Set(calls.map(String)));
    for (const { id } of asked.toReversed()) peer.respond(id, { decision: "denied" });
    for (const call of calls) expect(textOf(await peer.answer(call))).toBe("Done.");
  });
});

describe("a reply behind an open question", () => {
  async function waiting(): Promise<Scenario & { call: number; reply: number }> {
    const running = await start();
    const { peer, codex } = running;
    const call = codex(untrusted);
    await question(peer);
    const { session_id: threadId } = await peer.event("session_configured");
    const args = { name: "codex-reply", arguments: { threadId, prompt: "next" } };
    const reply = peer.post("tools/call", args);
    await peer.request("ping");
    return { ...running, call, reply };
  }

  it("gets its own answer when the question is answered", async () => {
    const { peer, call, reply } = await waiting();
    peer.respond(0, { decision: "denied" });
    expect(textOf(await peer.answer(call))).toBe("Done.");
    expect(textOf(await peer.answer(reply))).toBe("Second.");
  });

  it("gets its own answer when the answer is abort", async () => {
    const { peer, call, reply } = await waiting();
    peer.respond(0, { decision: "abort" });
    const aborted = await peer.answer(call);
    expect(aborted.result?.["isError"]).toBe(true);
    const answer = await peer.answer(reply);
    expect(textOf(answer)).toBe("Done.");
    expect(structuredOf(answer)["threadId"]).toBe(structuredOf(aborted)["threadId"]);
  });

  it("gets its own answer when the call that asks is cancelled", async () => {
    const { peer, call, reply } = await waiting();
    peer.notify("notifications/cancelled", { requestId: call });
    expect(textOf(await peer.answer(reply))).toBe("Done.");
    expect(peer.messages.filter((message) => message.id === call)).toEqual([]);
  });

  it("can be cancelled itself, and the others do not notice", async () => {
    const { peer, call, reply } = await waiting();
    peer.notify("notifications/cancelled", { requestId: reply });
    peer.respond(0, { decision: "denied" });
    expect(textOf(await peer.answer(call))).toBe("Done.");
    const args = { name: "codex-reply", arguments: { prompt: "and now" } };
    expect(textOf(await peer.request("tools/call", args))).toBe("Second.");
    expect(peer.messages.filter((message) => message.id === reply)).toEqual([]);
  });
});
