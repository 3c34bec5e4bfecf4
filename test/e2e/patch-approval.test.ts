import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { ModelItem } from "../helpers/mock-model.ts";
import { patchCall, question, scenarios, textOf, toolOutput } from "../helpers/scenario.ts";

const start = scenarios({ script: [[patchCall("new.txt", "hello")], "Patched."] });

const untrusted = { prompt: "add a file", "approval-policy": "untrusted" };
const patch = "*** Begin Patch\n*** Add File: new.txt\n+hello\n*** End Patch";

const forms: [string, ModelItem, "responses" | "chat"][] = [
  ["a shell call", patchCall("new.txt", "hello"), "responses"],
  ["a function call", { call: "apply_patch", arguments: { input: patch }, id: "call_1" }, "chat"],
  ["a custom call", { custom: "apply_patch", input: patch, id: "call_1" }, "responses"],
  [
    "a heredoc",
    {
      call: "shell",
      arguments: { command: ["bash", "-lc", `apply_patch <<'EOF'\n${patch}\nEOF`] },
      id: "call_1",
    },
    "chat",
  ],
];

describe("a patch that needs a yes", () => {
  it.each(forms)(
    "acceptance 20: given as %s is shown and applied when accepted",
    async (_, item, wire) => {
      const { peer, home, codex } = await start({ wire, script: [[item], "Patched."] });
      const call = codex(untrusted);
      const asked = await question(peer);
      const file = join(home.workspace, "new.txt");
      expect(asked.params).toMatchObject({
        message: expect.stringContaining("Allow Codex to apply proposed code changes?") as string,
        codex_elicitation: "patch-approval",
        codex_mcp_tool_call_id: String(call),
        codex_call_id: "call_1",
        codex_changes: { [file]: { add: { content: "hello\n" } } },
      });
      expect(existsSync(file)).toBe(false);
      peer.respond(asked.id, { action: "accept", content: {} });
      expect(textOf(await peer.answer(call))).toBe("Patched.");
      expect(readFileSync(file, "utf8")).toBe("hello\n");
      const types = peer.events().map((msg) => msg["type"]);
      expect(types).toEqual(
        expect.arrayContaining([
          "apply_patch_approval_request",
          "patch_apply_begin",
          "patch_apply_end",
          "turn_diff",
        ]),
      );
    },
  );

  const denials: [string, object][] = [
    ["a decision to deny", { decision: "denied" }],
    ["decline", { action: "decline" }],
    ["cancel", { action: "cancel" }],
    ["an answer without sense", { decision: 7 }],
  ];
  it.each(denials)("changes nothing after %s; the model is told", async (_, result) => {
    const { peer, home, model, codex } = await start();
    const call = codex(untrusted);
    peer.respond((await question(peer)).id, result);
    expect(textOf(await peer.answer(call))).toBe("Patched.");
    expect(toolOutput(await model.seen(2))).toContain("patch rejected by user");
    expect(existsSync(join(home.workspace, "new.txt"))).toBe(false);
  });

  it("is denied when the client answers with an error", async () => {
    const { peer, home, codex } = await start();
    const call = codex(untrusted);
    const asked = await question(peer);
    peer.send({ jsonrpc: "2.0", id: asked.id, error: { code: -32000, message: "no" } });
    expect(textOf(await peer.answer(call))).toBe("Patched.");
    expect(existsSync(join(home.workspace, "new.txt"))).toBe(false);
  });

  it("is denied where the client cannot be asked, and the result says so", async () => {
    const { peer, home, codex } = await start({ capabilities: {} });
    const answer = await peer.answer(codex(untrusted));
    expect(textOf(answer)).toBe("Patched.");
    expect(JSON.stringify(answer.result)).toMatch(/denied/);
    expect(existsSync(join(home.workspace, "new.txt"))).toBe(false);
  });

  it("is denied when nobody answers in time", async () => {
    const { peer, home, codex } = await start({ plugins: { elicitation: { timeoutMs: 150 } } });
    expect(textOf(await peer.answer(codex(untrusted)))).toBe("Patched.");
    expect(existsSync(join(home.workspace, "new.txt"))).toBe(false);
  });

  it("ends the turn on abort and leaves the files alone", async () => {
    const { peer, home, codex } = await start();
    const call = codex(untrusted);
    peer.respond((await question(peer)).id, { decision: "abort" });
    const answer = await peer.answer(call);
    expect(answer.result?.["isError"]).toBe(true);
    expect(existsSync(join(home.workspace, "new.txt"))).toBe(false);
  });
});
