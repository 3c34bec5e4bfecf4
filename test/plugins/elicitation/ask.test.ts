import { describe, expect, it } from "vitest";
import type { ApprovalRequest } from "../../../core/index.ts";
import { ask } from "../../../plugins/elicitation/ask.ts";
import { answered, fakeCall, type FakeCallOptions } from "../fake-call.ts";

const rules = { cancelMeans: "deny", unanswered: "deny", timeoutMs: 5000 } as const;
const where = { conversationId: "thread", eventId: "2", callId: "call_1" };
const exec: ApprovalRequest = {
  ...where,
  kind: "exec",
  command: ["bash", "-lc", "touch a.txt"],
  cwd: "/home/me/project",
  parsedCommand: [{ type: "unknown", cmd: "touch a.txt" }],
};
const patch: ApprovalRequest = {
  ...where,
  kind: "patch",
  changes: { "/p/a": { add: { content: "1\n" } } },
};

async function askFake(request: ApprovalRequest, options: FakeCallOptions) {
  const call = fakeCall(options);
  const signal = new AbortController().signal;
  return { answer: await ask({ request, call, rules, signal }), call, signal };
}

describe("an approval question", () => {
  it("about a command has the members that clients know", async () => {
    const { call, signal } = await askFake(exec, { answers: [answered({ action: "decline" })] });
    expect(call.asked).toEqual([
      {
        message: "Allow Codex to run `bash -lc 'touch a.txt'` in `/home/me/project`?",
        fields: expect.anything() as unknown,
        required: ["decision"],
        members: {
          codex_elicitation: "exec-approval",
          codex_mcp_tool_call_id: "7",
          codex_event_id: "2",
          codex_call_id: "call_1",
          codex_command: ["bash", "-lc", "touch a.txt"],
          codex_cwd: "/home/me/project",
          codex_parsed_cmd: [{ type: "unknown", cmd: "touch a.txt" }],
          threadId: "thread",
        },
        timeoutMs: 5000,
        signal,
      },
    ]);
  });

  it("about a patch has the members that clients know, and no others", async () => {
    const { call } = await askFake(patch, { answers: [answered({ action: "decline" })] });
    expect(call.asked[0]?.members).toEqual({
      codex_elicitation: "patch-approval",
      codex_mcp_tool_call_id: "7",
      codex_event_id: "2",
      codex_call_id: "call_1",
      codex_changes: { "/p/a": { add: { content: "1\n" } } },
      threadId: "thread",
    });
  });

  it("offers four choices, none as default", async () => {
    const { call } = await askFake(exec, { answers: [answered({})] });
    const field = call.asked[0]?.fields["decision"];
    expect(field?.type === "choice" && field.choices.map((choice) => choice.value)).toEqual([
      "approved",
      "approved_for_session",
      "denied",
      "abort",
    ]);
    expect(JSON.stringify(field)).not.toContain("default");
  });

  it("is put once more after nonsense, saying so, and then believed", async () => {
    const { answer, call } = await askFake(exec, {
      answers: [
        answered({ action: "accept", content: { decision: "maybe" } }),
        answered({ action: "accept", content: { decision: "approved" } }),
      ],
    });
    expect(answer).toEqual({ decision: "approved" });
    expect(call.asked).toHaveLength(2);
    expect(call.asked[1]?.message).toMatch(/^"maybe" is none of the choices\. Allow Codex to run/);
  });

  it("is denied after nonsense twice", async () => {
    const nonsense = answered({ action: "accept", content: { decision: "maybe" } });
    const { answer, call } = await askFake(exec, { answers: [nonsense, nonsense] });
    expect(answer).toEqual({ decision: "denied" });
    expect(call.asked).toHaveLength(2);
  });

  it("never rejects", async () => {
    const { answer, call } = await askFake(exec, { answers: [] });
    expect(answer).toMatchObject({
      decision: "denied",
      unasked: expect.stringContaining("an unexpected question") as string,
    });
    expect(call.logged).toEqual([["error", "an approval question failed"]]);
  });
});
