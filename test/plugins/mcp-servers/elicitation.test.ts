import { describe, expect, it } from "vitest";
import type { Answer, Question } from "../../../core/index.ts";
import { elicit } from "../../../plugins/mcp-servers/elicitation.ts";

async function asking(properties: object, answer: Answer) {
  const asked: Question[] = [];
  const params = {
    mode: "form",
    message: "Which?",
    requestedSchema: { type: "object", properties, required: ["a"] },
  } as Parameters<typeof elicit>[1];
  const { signal } = new AbortController();
  const result = await elicit("docs", params, {
    ask: (question) => {
      asked.push(question);
      return Promise.resolve(answer);
    },
    signal,
  });
  return { asked, result };
}

function answered(action: "accept" | "decline" | "cancel" | undefined): Answer {
  return { kind: "answered", action, content: { a: "x" }, result: {} };
}

describe("a form of a server", () => {
  it.each<[string, object, object]>([
    [
      "text",
      { type: "string", minLength: 1, maxLength: 9, format: "email" },
      { type: "string", minLength: 1, maxLength: 9 },
    ],
    [
      "a number",
      { type: "number", minimum: 0, maximum: 1, title: "T" },
      { type: "number", minimum: 0, maximum: 1, title: "T" },
    ],
    [
      "yes or no",
      { type: "boolean", description: "D", default: true },
      { type: "boolean", description: "D" },
    ],
    [
      "a choice",
      { type: "string", enum: ["x", "y"] },
      {
        type: "choice",
        choices: [
          { value: "x", title: "x" },
          { value: "y", title: "y" },
        ],
      },
    ],
    [
      "a titled choice",
      { type: "string", oneOf: [{ const: "x", title: "X" }] },
      { type: "choice", choices: [{ value: "x", title: "X" }] },
    ],
  ])("asks for %s", async (_, property, field) => {
    const { asked, result } = await asking({ a: property }, answered("accept"));
    expect(asked).toMatchObject([{ fields: { a: field }, required: ["a"] }]);
    expect(result).toEqual({ action: "accept", content: { a: "x" } });
  });

  it("with a field that cannot be shown is declined unasked", async () => {
    const several = { type: "array", items: { type: "string", enum: ["x"] } };
    const { asked, result } = await asking({ a: several }, answered("accept"));
    expect(asked).toEqual([]);
    expect(result).toEqual({ action: "decline" });
  });

  it.each<[Answer, string]>([
    [answered("decline"), "decline"],
    [answered("cancel"), "cancel"],
    [answered(undefined), "decline"],
    [{ kind: "unanswered", reason: "timed-out", message: "" }, "decline"],
  ])("answered by %j is a %s", async (answer, action) => {
    const { result } = await asking({ a: { type: "string" } }, answer);
    expect(result).toEqual({ action });
  });
});
