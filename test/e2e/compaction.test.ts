import { describe, expect, it } from "vitest";
import type { SeenRequest } from "../helpers/mock-model.ts";
import { scenarios, shellCall, structuredOf } from "../helpers/scenario.ts";

const start = scenarios();
const free = { sandbox: "danger-full-access", "approval-policy": "never" };

/** The person's side of a request, as text. */
function userTexts(request: SeenRequest | undefined): string[] {
  const input = (request?.body["input"] ?? request?.body["messages"] ?? []) as {
    role?: string;
    content?: string | { text?: string }[];
  }[];
  return input.flatMap(({ role, content = [] }) => {
    if (role !== "user") return [];
    return typeof content === "string" ? [content] : content.map(({ text }) => text ?? "");
  });
}

const full = { items: [shellCall(["true"])], usage: { input: 900, output: 100 } };

const tooLong = {
  type: "response.failed",
  response: { error: { code: "context_length_exceeded", message: "too long" } },
};

describe("a call whose conversation grows too long", () => {
  it("acceptance 26: is compacted at the limit in the middle of its turn, in the words it asks for", async () => {
    const config = "model_auto_compact_token_limit = 1000";
    const { peer, codex, model } = await start({ config, script: [full, "the summary", "done"] });
    const call = codex({ prompt: "work", "compact-prompt": "Sum it up.", ...free });
    expect(structuredOf(await peer.answer(call))["content"]).toBe("done");
    const [, asking, after] = model.requests;
    expect(userTexts(asking).at(-1)).toBe("Sum it up.");
    expect(asking?.body["tools"]).toEqual([]);
    expect(userTexts(after)).toHaveLength(2);
    expect(userTexts(after)[1]).toMatch(/work[^]*the summary/);
    const ids = peer.messages
      .filter(({ method }) => method === "codex/event")
      .map(({ params }) => String(params?.["id"]))
      .filter((id, at, all) => id !== all[at - 1]);
    expect(ids).toEqual(["", "1", "auto-compact-0", "1"]);
  });

  it("acceptance 26: is compacted at the limit on the chat wire, too", async () => {
    const config = "model_auto_compact_token_limit = 1000";
    const script = [full, "the summary", "done"];
    const { peer, codex, model } = await start({ config, script, wire: "chat" });
    const answer = await peer.answer(codex({ prompt: "work", ...free }));
    expect(structuredOf(answer)["content"]).toBe("done");
    expect(model.requests[1]?.body["tools"]).toBeUndefined();
    expect(userTexts(model.requests[2])[1]).toMatch(/work[^]*the summary/);
  });

  it.each([
    ["as a refusal", { status: 400, body: '{"error":{"code":"context_length_exceeded"}}' }],
    ["in its stream", { items: [{ event: tooLong }], unfinished: true }],
  ])(
    "acceptance 26: is compacted when the provider says %s that it is, and answered",
    async (_, entry) => {
      const { peer, codex, model } = await start({ script: [entry, "the summary", "done"] });
      const call = codex({ prompt: "work" });
      expect(structuredOf(await peer.answer(call))["content"]).toBe("done");
      expect(model.requests).toHaveLength(3);
      expect(userTexts(model.requests[2])[1]).toMatch(/work[^]*the summary/);
      expect(peer.events().map(({ type }) => type)).not.toContain("error");
    },
  );

  it("acceptance 26: ends with both numbers when it is above the limit again at once", async () => {
    const config = "model_auto_compact_token_limit = 500";
    const { peer, codex } = await start({ config, script: [full, "the summary", full] });
    const answer = await peer.answer(codex({ prompt: "work", ...free }));
    expect(answer.result?.["isError"]).toBe(true);
    expect(JSON.stringify(answer.result)).toMatch(/above the limit.*1000 of 500 tokens/);
  });
});
