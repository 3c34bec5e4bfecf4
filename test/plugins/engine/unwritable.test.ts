import { rmSync, symlinkSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { stage, text } from "./stage.ts";

describe("a record that cannot be written", () => {
  it("is told of once, and no turn ends for it", async () => {
    const script = [text("one"), text("two"), text("three")];
    const at = await stage({ script });
    await at.say("a");
    const { path } = at.conversation;
    rmSync(path);
    symlinkSync("/dev/full", path);
    expect(await at.say("b")).toMatchObject({ status: "completed" });
    expect(await at.say("c")).toMatchObject({ status: "completed" });
    expect(at.complaints).toEqual([`the conversation cannot be recorded: ${path}`]);
    const notes = at.events.filter(({ msg }) => msg.type === "background_event");
    expect(notes).toMatchObject([
      { id: "1", msg: { message: expect.stringContaining("ENOSPC") as string } },
    ]);
    expect(at.events.some(({ msg }) => msg.type === "error")).toBe(false);
  });
});
