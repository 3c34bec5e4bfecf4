import { describe, expect, it } from "vitest";
import type { Answer, Question } from "../../../core/index.ts";
import { addTool, Wire } from "../wire.ts";

const question: Question = {
  message: "May I?",
  fields: {
    decision: {
      type: "choice",
      title: "Decision",
      choices: [
        { value: "yes", title: "Yes, once" },
        { value: "no", title: "No" },
      ],
    },
    note: { type: "string", maxLength: 9 },
  },
  required: ["decision"],
  members: { codex_command: ["true"] },
};

/** A host whose tool asks and keeps the answer. */
function asking(asked: Partial<Question> = {}): { wire: Wire; answers: Answer[] } {
  const answers: Answer[] = [];
  const wire = new Wire((registry) =>
    addTool(registry, { name: "t" }, async (_, { ask }) => {
      answers.push(await ask({ ...question, ...asked }));
      return { content: [] };
    }),
  );
  return { wire, answers };
}

const isQuestion = (line: { method?: string }) => line.method === "elicitation/create";
const isCancel = (line: { method?: string }) => line.method === "notifications/cancelled";

describe("a question", () => {
  it("is a form with titled choices from 2025-11-25 on", async () => {
    const { wire } = asking();
    await wire.initialize("2025-11-25");
    wire.post(1, "tools/call", { name: "t" });
    expect(await wire.find(isQuestion)).toEqual({
      jsonrpc: "2.0",
      id: 0,
      method: "elicitation/create",
      params: {
        message: "May I?",
        requestedSchema: {
          type: "object",
          properties: {
            decision: {
              type: "string",
              title: "Decision",
              oneOf: [
                { const: "yes", title: "Yes, once" },
                { const: "no", title: "No" },
              ],
            },
            note: { type: "string", maxLength: 9 },
          },
          required: ["decision"],
        },
        codex_command: ["true"],
      },
    });
    await wire.end();
  });

  it("names its choices beside an enum for 2025-06-18", async () => {
    const { wire } = asking();
    await wire.initialize("2025-06-18");
    wire.post(1, "tools/call", { name: "t" });
    expect((await wire.find(isQuestion)).params).toMatchObject({
      requestedSchema: {
        properties: { decision: { enum: ["yes", "no"], enumNames: ["Yes, once", "No"] } },
      },
    });
    await wire.end();
  });

  it.each<[object, object]>([
    [
      { action: "accept", content: { decision: "yes" } },
      { action: "accept", content: { decision: "yes" } },
    ],
    [{ action: "decline" }, { action: "decline", content: {} }],
    [{ action: "cancel" }, { action: "cancel" }],
    [{ decision: "approved" }, { action: undefined, result: { decision: "approved" } }],
    [
      { action: "Accept", content: "x" },
      { action: undefined, content: {} },
    ],
    [{}, { action: undefined }],
  ])("answered with %j gives it on", async (result, expected) => {
    const { wire, answers } = asking();
    await wire.initialize();
    wire.post(1, "tools/call", { name: "t" });
    await wire.find(isQuestion);
    wire.send({ jsonrpc: "2.0", id: 0, result });
    await wire.answer(1);
    expect(answers).toMatchObject([{ kind: "answered", ...expected }]);
    await wire.end();
  });

  it.each([{ result: null }, { result: "yes" }, { error: { code: -32601, message: "no form" } }])(
    "answered with %j is unanswered",
    async (answer) => {
      const { wire, answers } = asking();
      await wire.initialize();
      wire.post(1, "tools/call", { name: "t" });
      await wire.find(isQuestion);
      wire.send({ jsonrpc: "2.0", id: 0, ...answer });
      await wire.answer(1);
      expect(answers).toMatchObject([{ kind: "unanswered", reason: "failed" }]);
      const heard = "error" in answer ? "no form" : "not an object";
      expect(answers[0]).toHaveProperty("message", expect.stringContaining(heard));
      await wire.end();
    },
  );

  it.each([{}, { elicitation: { url: {} } }, { elicitation: true }])(
    "is not sent to a client with the capabilities %j",
    async (capabilities) => {
      const { wire, answers } = asking();
      await wire.initialize("2025-11-25", capabilities);
      await wire.request("tools/call", { name: "t" });
      expect(answers).toMatchObject([{ kind: "unanswered", reason: "unsupported" }]);
      expect(wire.lines.some((line) => "method" in line)).toBe(false);
      await wire.end();
    },
  );

  it.each([
    { elicitation: {} },
    { elicitation: { form: {} } },
    { elicitation: { form: {}, url: {} } },
  ])(
    "is sent to a client with the capabilities %j, whatever the revision",
    async (capabilities) => {
      const { wire } = asking();
      await wire.initialize("2024-11-05", capabilities);
      wire.post(1, "tools/call", { name: "t" });
      expect(await wire.find(isQuestion)).toMatchObject({ id: 0 });
      await wire.end();
    },
  );

  it("that nobody answers in time is cancelled, and its late answer ignored", async () => {
    const { wire, answers } = asking({ timeoutMs: 5 });
    await wire.initialize();
    await wire.request("tools/call", { name: "t" });
    expect(answers).toMatchObject([{ reason: "timed-out" }]);
    expect((await wire.find(isCancel)).params).toMatchObject({ requestId: 0 });
    expect(await wire.echo('{"jsonrpc":"2.0","id":0,"result":{"action":"accept"}}')).toEqual([]);
    await wire.end();
  });

  it("is withdrawn by its signal", async () => {
    const stop = new AbortController();
    const { wire, answers } = asking({ signal: stop.signal });
    await wire.initialize();
    wire.post(1, "tools/call", { name: "t" });
    await wire.find(isQuestion);
    stop.abort();
    await wire.answer(1);
    expect(answers).toMatchObject([{ reason: "withdrawn" }]);
    expect((await wire.find(isCancel)).params).toMatchObject({ requestId: 0 });
    await wire.end();
  });

  it("is withdrawn when its call is cancelled", async () => {
    const { wire, answers } = asking();
    await wire.initialize();
    wire.post(1, "tools/call", { name: "t" });
    await wire.find(isQuestion);
    wire.notify("notifications/cancelled", { requestId: 1 });
    expect((await wire.find(isCancel)).params).toMatchObject({ requestId: 0 });
    await wire.settled();
    expect(answers).toMatchObject([{ reason: "withdrawn" }]);
    await wire.end();
  });

  it("is withdrawn when its call is answered without it", async () => {
    const answers: Answer[] = [];
    const wire = new Wire((registry) =>
      addTool(registry, { name: "t" }, (_, { ask }) => {
        void ask(question).then((answer) => answers.push(answer));
        return { content: [] };
      }),
    );
    await wire.initialize();
    await wire.request("tools/call", { name: "t" });
    expect((await wire.find(isCancel)).params).toMatchObject({ requestId: 0 });
    await wire.settled();
    expect(answers).toMatchObject([{ reason: "withdrawn" }]);
    await wire.end();
  });

  it("that is open at the end of input is closed", async () => {
    const { wire, answers } = asking();
    await wire.initialize();
    wire.post(1, "tools/call", { name: "t" });
    await wire.find(isQuestion);
    expect(await wire.end()).toBe(0);
    expect(answers).toMatchObject([{ kind: "unanswered", reason: "closed" }]);
    expect((await wire.answer(1)).result).toBeDefined();
  });

  it("does not hold up other calls", async () => {
    const { wire } = asking();
    await wire.initialize();
    wire.post(1, "tools/call", { name: "t" });
    wire.post(2, "tools/call", { name: "t" });
    await wire.find((line) => isQuestion(line) && line.id === 1);
    wire.send({ jsonrpc: "2.0", id: 1, result: { action: "decline" } });
    expect((await wire.answer(2)).result).toBeDefined();
    await wire.end();
  });
});
