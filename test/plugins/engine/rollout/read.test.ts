import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { ResponseItem } from "../../../../core/index.ts";
import { readRollout, type Recorded } from "../../../../plugins/engine/rollout/read.ts";
import { folders } from "../stage.ts";
import { line, meta, said, userEvent, uuid } from "./records.ts";

async function read(content: string): Promise<Recorded> {
  const path = join(folders().root, "record.jsonl");
  writeFileSync(path, content);
  return readRollout(path);
}

const call = { type: "function_call", name: "shell", arguments: "{}", call_id: "c1" };
const output = { type: "function_call_output", call_id: "c1", output: "done" };
const answer = {
  type: "message",
  role: "assistant",
  content: [{ type: "output_text", text: "a" }],
};
const item = (payload: object) => line("response_item", payload);
const draft = (payload: object | null) => line("portico_draft", payload);

function texts(items: readonly ResponseItem[]): string[] {
  return items.flatMap((one) =>
    one.type === "message"
      ? one.content.map((part) => ("text" in part ? part.text : part.type))
      : [one.type],
  );
}

describe("a record that is read back", () => {
  it("acceptance 27: holds the items and the events in order", async () => {
    const recorded = await read(
      meta(uuid(1), { cwd: "/here" }) +
        said("user", "a") +
        userEvent("a") +
        line("turn_context", { cwd: "/here" }) +
        said("assistant", "b"),
    );
    expect(recorded).toMatchObject({ id: uuid(1), cwd: "/here", skipped: 0 });
    expect(texts(recorded.items)).toEqual(["a", "b"]);
    expect(recorded.events).toEqual([{ type: "user_message", message: "a", kind: "plain" }]);
  });

  it.each([
    ["a torn last line", said("assistant", "lost").slice(0, 30)],
    ["a torn line in the middle", '{"timestamp":\n'],
    ["bytes that are no text", "\u0000\u0001\n"],
    ["JSON that is no object", "[1]\n17\nnull\n"],
    ["a line without a type", '{"payload":{}}\n'],
    ["a line of an unknown type", line("ghost", { x: 1 })],
    ["an item of an unknown type", line("response_item", { type: "ghost" })],
    ["an item with a member missing", line("response_item", { type: "function_call" })],
    ["an event without a type", line("event_msg", {})],
    ["a compaction that says nothing", line("compacted", {})],
    ["a meta line without a proper id", line("session_meta", { id: "../../x" })],
  ])("acceptance 27: skips and counts %s", async (_, junk) => {
    const recorded = await read(`${junk}\n${meta(uuid(1))}${said("user", "kept")}${junk}`);
    expect(recorded.id).toBe(uuid(1));
    expect(texts(recorded.items)).toEqual(["kept"]);
    expect(recorded.skipped).toBe(junk.trim().split("\n").length * 2);
  });

  it("keeps members of items that nobody here knows", async () => {
    const { items } = await read(meta(uuid(1)) + item({ ...answer, phase: "final" }));
    expect(items).toEqual([{ ...answer, phase: "final" }]);
  });

  it("is of the conversation that its first meta line names", async () => {
    const { id } = await read(meta(uuid(1)) + meta(uuid(2)));
    expect(id).toBe(uuid(1));
  });

  it.each([
    ["without a meta line", said("user", "x")],
    ["of nothing", ""],
  ])("%s is no conversation", async (_, content) => {
    await expect(read(content)).rejects.toMatchObject({
      kind: "session",
      message: "failed to parse conversation ID from rollout file",
    });
  });

  it.each<[string, string, object[], object[]]>([
    [
      "that became final",
      draft(call) + draft(output) + item(call) + item(output),
      [call, output],
      [],
    ],
    ["that a crash left", draft(call) + draft(output), [], [call, output]],
    ["that a crash left half final", draft(call) + draft(output) + item(call), [call], [output]],
    ["that were taken back", draft(answer) + draft(null), [], []],
    ["that something else followed", draft(answer) + item(call), [call], []],
    ["of another answer before", draft(answer) + item(answer) + draft(answer), [answer], [answer]],
    ["of no shape", draft({ type: "ghost" }), [], []],
  ])("acceptance 27: tells items from drafts %s", async (_, content, items, drafts) => {
    expect(await read(meta(uuid(1)) + content)).toMatchObject({ items, drafts });
  });
});

describe("a compaction in a record", () => {
  const opening =
    said("user", "<user_instructions>\n\nbe kind") + said("user", "<environment_context>");

  it("acceptance 27: replaces everything by the opening and one message with the person's words", async () => {
    const { items } = await read(
      meta(uuid(1)) +
        opening +
        said("user", "first wish") +
        said("assistant", "not quoted") +
        said("user", "second wish") +
        line("compacted", { message: "the summary" }) +
        said("user", "third"),
    );
    expect(items).toHaveLength(4);
    const [, , quote] = texts(items);
    expect(quote).toContain("first wish\n\nsecond wish");
    expect(quote).toContain("the summary");
    expect(quote).not.toContain("not quoted");
    expect(texts(items).at(-1)).toBe("third");
  });

  it("acceptance 27: cuts the person's words in the middle when they are too long", async () => {
    const { items } = await read(
      meta(uuid(1)) +
        opening +
        said("user", `begin${"x".repeat(90_000)}end`) +
        line("compacted", { message: "s" }),
    );
    const [, , quote = ""] = texts(items);
    expect(quote).toContain("begin");
    expect(quote).toContain("end");
    expect(quote).toMatch(/…2502 tokens truncated…/);
    expect(quote.length).toBeLessThan(81_000);
  });

  it("acceptance 27: is what the record says it is, where it says so", async () => {
    const { items, drafts } = await read(
      meta(uuid(1)) +
        opening +
        draft(answer) +
        line("compacted", { message: "s", replacement_history: [answer, { type: "ghost" }] }),
    );
    expect(items).toEqual([answer]);
    expect(drafts).toEqual([]);
  });
});
