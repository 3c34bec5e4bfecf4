import { describe, expect, it } from "vitest";
import type { MessagePart, ResponseItem } from "../../../../core/index.ts";
import { rebuildCompacted } from "../../../../plugins/engine/rollout/compacted.ts";

const picture: MessagePart = { type: "input_image", image_url: "data:image/png;base64,AAAA" };

function said(words: string, ...more: MessagePart[]): ResponseItem {
  const content: MessagePart[] = words === "" ? [] : [{ type: "input_text", text: words }];
  return { type: "message", role: "user", content: [...content, ...more] };
}

function bridge(...before: ResponseItem[]): string {
  return JSON.stringify(rebuildCompacted(before, "the note").at(-1));
}

describe("the message behind a compaction", () => {
  it.each([
    ["one", [picture], "one\\n[with a picture, no longer in view]"],
    ["two", [picture, picture], "two\\n[with 2 pictures, no longer in view]"],
    ["none", [], "none\\n\\nThis is the note"],
  ])("tells of pictures that stayed behind, here %s", (words, pictures, expected) => {
    expect(bridge(said(words, ...pictures))).toContain(expected);
  });

  it("leaves out pictures that came without words, as tools bring them", () => {
    expect(bridge(said("look"), said("", picture))).not.toContain("picture");
  });

  it("quotes each of them once, however often it is made", () => {
    const once = rebuildCompacted([said("see", picture)], "first");
    expect(bridge(...once, said("next")).split("no longer in view")).toHaveLength(2);
  });
});
