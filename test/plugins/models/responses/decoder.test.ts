import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ModelEvent } from "../../../../core/index.ts";
import { ResponsesDecoder } from "../../../../plugins/models/responses/decoder.ts";
import { renderResponses } from "../../../helpers/model-wires.ts";

function decode(chunks: readonly Buffer[]): ModelEvent[] {
  const decoder = new ResponsesDecoder();
  const events = chunks.flatMap((chunk) => [...decoder.feed(chunk)]);
  return [...events, decoder.end()];
}

/** The bytes, cut at these places. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const borders = [...new Set([0, ...places.map((place) => place % bytes.length), bytes.length])];
  borders.sort((a, b) => a - b);
  return borders.slice(1).map((end, index) => bytes.subarray(borders[index], end));
}

describe("the decoder", () => {
  const rendered = renderResponses(
    [
      { reasoning: { summary: ["Grübeln…"], encrypted: "e" } },
      { message: "naïve 🚀 — 漢字", deltas: ["naï", "ve 🚀", " — 漢字"] },
      { call: "shell", arguments: { command: ["echo", "ß"] }, id: "c1" },
    ],
    { input: 1, output: 2 },
  );
  const whole = rendered.body + rendered.end;

  it.each([
    ["line feeds", whole],
    ["carriage returns and line feeds", whole.replaceAll("\n", "\r\n")],
    ["carriage returns", whole.replaceAll("\n", "\r")],
    [
      "a byte order mark and comments",
      `\uFEFF: hello\n\n${whole.replaceAll("event:", ": x\nevent:")}`,
    ],
  ])("finds the same events wherever the bytes are cut, with %s", (_, text) => {
    const expected = decode([Buffer.from(whole)]);
    expect(expected.at(-1)?.type).toBe("completed");
    const bytes = Buffer.from(text);
    fc.assert(
      fc.property(fc.array(fc.nat(), { maxLength: 40 }), (places) => {
        expect(decode(cut(bytes, places))).toEqual(expected);
      }),
    );
    expect(decode([...bytes].map((byte) => Buffer.from([byte])))).toEqual(expected);
  });

  it("never throws and always ends, whatever the bytes", () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
      fc.json().map((json) => Buffer.from(`data: ${json}\n\n`)),
      fc
        .constantFrom(
          "output_item.done",
          "output_item.added",
          "completed",
          "failed",
          "output_text.delta",
        )
        .chain((name) =>
          fc
            .json()
            .map((json) =>
              Buffer.from(
                `data: {"type":"response.${name}","item":${json},"response":${json},"delta":${json}}\n\n`,
              ),
            ),
        ),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 10 }), (pieces) => {
        const events = decode(pieces);
        expect(["completed", "failed"]).toContain(events.at(-1)?.type);
      }),
    );
  });

  it("says why a response is incomplete", () => {
    const event = {
      type: "response.incomplete",
      response: { incomplete_details: { reason: "max_output_tokens" } },
    };
    expect(decode([Buffer.from(`data: ${JSON.stringify(event)}\n\n`)])).toEqual([
      {
        type: "failed",
        failure: {
          message:
            "stream disconnected before completion: the response is incomplete, reason: max_output_tokens",
          retryable: true,
        },
      },
    ]);
  });
});
