import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fail, folders, hanging, stage, started, text, write, type Folders } from "./stage.ts";

/** A program that writes its last argument into a file, and where it ran. */
function program(place: Folders): { notify: string[]; news: string } {
  const news = join(place.root, "news");
  const script = `printf '%s\\n' "$#" "$PWD" "$2" > ${news}.part; mv ${news}.part ${news}`;
  return { notify: ["/bin/sh", write(place.root, "tell", script), "fixed"], news };
}

describe("the notify program", () => {
  it("acceptance 30, defect 13: is told of a completed task, with the person's words", async () => {
    const place = folders();
    const { notify, news } = program(place);
    const at = await stage({ config: { notify }, script: [text("earlier"), text("done")] }, place);
    const approve = () => Promise.reject(new Error("no questions"));
    const items = [
      { type: "text", text: "first words" },
      { type: "image", image_url: "data:," },
      { type: "text", text: "more words" },
    ] as const;
    await at.conversation.submit({ items, approve, id: "turn-7" }).outcome;
    await expect.poll(() => existsSync(news)).toBe(true);
    const [count, cwd, json] = readFileSync(news, "utf8").split("\n");
    expect([count, cwd]).toEqual(["2", place.workspace]);
    expect(JSON.parse(json ?? "")).toEqual({
      type: "agent-turn-complete",
      "turn-id": "turn-7",
      "input-messages": ["first words", "more words"],
      "last-assistant-message": "earlier",
    });
  });

  it.each([
    ["failed", [fail("no")]],
    ["was interrupted", hanging(started)],
  ])("acceptance 30: hears nothing of a task that %s", async (_, answer) => {
    const place = folders();
    const { notify, news } = program(place);
    const at = await stage({ config: { notify }, script: [answer, text("done")] }, place);
    const outcome = at.say("first");
    await at.seen("task_started");
    await at.conversation.interrupt();
    await outcome;
    await at.say("second");
    await expect.poll(() => existsSync(news)).toBe(true);
    expect(readFileSync(news, "utf8")).toContain('"input-messages":["second"]');
  });

  it.each([
    ["is not there", ["/no/such/program"], "done"],
    ["cannot take the text", ["/bin/true"], "a\u0000b\u0000"],
  ])("acceptance 30: that %s costs a line in the log", async (_, notify, words) => {
    const at = await stage({ config: { notify }, script: [text(words)] });
    expect(await at.say("x\u0000")).toMatchObject({ status: "completed" });
    if (words === "done") {
      await expect.poll(() => at.complaints).toEqual([expect.stringContaining("/no/such/program")]);
    }
  });
});
