import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { question, scenarios, shellCall, textOf, toolOutput } from "../helpers/scenario.ts";

const start = scenarios({ script: [[shellCall(["git", "init"])], "All done."] });

const untrusted = { prompt: "make a repository", "approval-policy": "untrusted" };

describe.each(["responses", "chat"] as const)("a command that needs a yes (%s wire)", (wire) => {
  it("runs when the person accepts, and the last message is the answer", async () => {
    const { peer, model, home, codex } = await start({ wire });
    const call = codex({ ...untrusted, sandbox: "workspace-write" });

    const asked = await question(peer);
    expect(asked.id).toBe(0);
    expect(asked.params).toMatchObject({
      message: expect.stringContaining(
        `Allow Codex to run \`git init\` in \`${home.workspace}\`?`,
      ) as string,
      requestedSchema: {
        type: "object",
        properties: {
          decision: {
            type: "string",
            oneOf: ["approved", "approved_for_session", "denied", "abort"].map((word) => ({
              const: word,
            })),
          },
          reason: { type: "string" },
        },
        required: ["decision"],
      },
      codex_elicitation: "exec-approval",
      codex_mcp_tool_call_id: String(call),
      codex_event_id: String(call),
      codex_call_id: "call_1",
      codex_command: ["git", "init"],
      codex_cwd: home.workspace,
    });
    expect(existsSync(join(home.workspace, ".git"))).toBe(false);
    peer.respond(asked.id, { action: "accept", content: { decision: "approved" } });

    const answer = await peer.answer(call);
    expect(textOf(answer)).toBe("All done.");
    expect(answer.result?.["isError"]).not.toBe(true);
    expect(existsSync(join(home.workspace, ".git", "HEAD"))).toBe(true);
    expect(JSON.parse(toolOutput(await model.seen(2)))).toMatchObject({
      metadata: { exit_code: 0 },
    });
    expect(peer.garbage).toEqual([]);
  });
});

const denials: [string, object][] = [
  ["a decision to deny", { action: "accept", content: { decision: "denied" } }],
  ["the old top-level word", { decision: "denied" }],
  ["decline", { action: "decline" }],
  ["cancel", { action: "cancel" }],
  ["an empty object", {}],
  ["an unknown word", { decision: "Approved" }],
  ["a decision that is no string", { decision: 1 }],
];

describe("a command that is not approved", () => {
  it.each(denials)("acceptance 14: does not run after %s; the model is told", async (_, result) => {
    const { peer, model, home, codex } = await start();
    const call = codex(untrusted);
    peer.respond((await question(peer)).id, result);
    const answer = await peer.answer(call);
    expect(textOf(answer)).toBe("All done.");
    expect(toolOutput(await model.seen(2))).toContain("exec command rejected by user");
    expect(existsSync(join(home.workspace, ".git"))).toBe(false);
    expect(peer.events().some((msg) => msg["type"] === "exec_command_begin")).toBe(false);
  });

  it("is asked about once more after an answer that makes no sense, then denied", async () => {
    const { peer, home, codex } = await start();
    const call = codex(untrusted);
    const nonsense = { action: "accept", content: { decision: "maybe" } };
    const first = await question(peer);
    const mark = peer.messages.length;
    peer.respond(first.id, nonsense);
    peer.respond((await question(peer, mark)).id, nonsense);
    expect(textOf(await peer.answer(call))).toBe("All done.");
    expect(existsSync(join(home.workspace, ".git"))).toBe(false);
  });

  it("is denied when the client answers with an error", async () => {
    const { peer, codex, model } = await start();
    const call = codex(untrusted);
    const asked = await question(peer);
    peer.send({ jsonrpc: "2.0", id: asked.id, error: { code: -32601, message: "no" } });
    expect(textOf(await peer.answer(call))).toBe("All done.");
    expect(toolOutput(await model.seen(2))).toContain("rejected");
  });

  it("is denied at once where the client cannot be asked, and the result says so", async () => {
    const { peer, codex } = await start({ capabilities: {} });
    const call = codex(untrusted);
    const answer = await peer.answer(call);
    expect(peer.messages.some((message) => message.method === "elicitation/create")).toBe(false);
    expect(textOf(answer)).toBe("All done.");
    expect(JSON.stringify(answer.result)).toMatch(/denied/);
  });

  it("is denied when nobody answers in time, and the question is withdrawn", async () => {
    const { peer, home, codex } = await start({
      plugins: { elicitation: { timeoutMs: 150 } },
    });
    const call = codex(untrusted);
    const asked = await question(peer);
    const answer = await peer.answer(call);
    expect(textOf(answer)).toBe("All done.");
    const withdrawn = await peer.waitFor((message) => message.method === "notifications/cancelled");
    expect(withdrawn.params?.["requestId"]).toBe(asked.id);
    expect(existsSync(join(home.workspace, ".git"))).toBe(false);
  });

  it("is denied with the person's reason, which the model reads", async () => {
    const { peer, model, codex } = await start();
    const call = codex(untrusted);
    const content = { decision: "denied", reason: "use the other folder" };
    peer.respond((await question(peer)).id, { action: "accept", content });
    await peer.answer(call);
    expect(toolOutput(await model.seen(2))).toContain("use the other folder");
  });

  it("acceptance 14: ends the turn on abort; the call is answered and says aborted", async () => {
    const { peer, model, codex } = await start();
    const call = codex(untrusted);
    peer.respond((await question(peer)).id, { decision: "abort" });
    const answer = await peer.answer(call);
    expect(answer.result?.["isError"]).toBe(true);
    expect(textOf(answer)).toMatch(/abort/i);
    expect(peer.events().at(-1)).toMatchObject({ type: "turn_aborted", reason: "interrupted" });
    expect(model.requests).toHaveLength(1);
  });
});
