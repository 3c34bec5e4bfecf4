import { expect, it } from "vitest";
import { z } from "zod";
import { InternalError } from "../../../core/index.ts";
import { addTool, Wire } from "../wire.ts";

const text = { type: "text", text: "ok" };
const output = z.object({ n: z.number() });

async function call(result: unknown, more: object = {}) {
  const wire = new Wire((registry) =>
    addTool(registry, { name: "odd", ...more }, () => result as { content: [] }),
  );
  await wire.initialize();
  wire.post(1, "tools/call", { name: "odd" });
  const answer = await wire.answer(1);
  await wire.end();
  return answer;
}

it.each<[string, unknown, object]>([
  ['hello" instead of an object', "hello", {}],
  ["undefined instead of an object", undefined, {}],
  ['"content" is undefined, not an array of blocks', { text: "x" }, {}],
  ['content[1] is "x", not a block', { content: [text, "x"] }, {}],
  ['content[0] is of type text and has no text "text"', { content: [{ type: "text" }] }, {}],
  ['content[0] has the type "html", not one of text, image,', { content: [{ type: "html" }] }, {}],
  ['no text "mimeType"', { content: [{ type: "image", data: "" }] }, {}],
  ['no "resource" with a "uri"', { content: [{ type: "resource", resource: {} }] }, {}],
  ['"isError" is "no", not true or false', { content: [], isError: "no" }, {}],
  ['"structuredContent" is [1], not an object', { content: [], structuredContent: [1] }, {}],
  ['"structuredContent" is missing', { content: [text] }, { output }],
  [
    '"structuredContent.n" does not fit "output": Invalid input: expected number, received string',
    { content: [], structuredContent: { n: "1" } },
    { output },
  ],
])("a result is refused, and the tool named: %s", async (problem, result, more) => {
  const answer = await call(result, more);
  expect(answer.error).toMatchObject({ code: InternalError });
  expect(answer.error?.message).toContain('the tool "odd" returned no valid result: ');
  expect(answer.error?.message).toContain(problem);
});

it.each<[string, object, object]>([
  [
    "every kind of block",
    {
      content: [
        text,
        { type: "image", data: "", mimeType: "image/png" },
        { type: "audio", data: "", mimeType: "audio/wav" },
        { type: "resource_link", uri: "a:b", name: "b" },
        { type: "resource", resource: { uri: "a:b", text: "" } },
      ],
    },
    {},
  ],
  [
    "structured content that fits",
    { content: [], structuredContent: { n: 1, more: true } },
    { output },
  ],
  ["a failure without structured content", { content: [text], isError: true }, { output }],
])("%s passes as it is", async (_, result, more) => {
  const answer = await call(result, more);
  expect(answer.result).toEqual(result);
});
