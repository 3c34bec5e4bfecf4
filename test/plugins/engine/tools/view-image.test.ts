import { describe, expect, it } from "vitest";
import { call, calls, folders, order, outputs, stage, text, write } from "../stage.ts";

const png = Buffer.from("\x89PNG\r\n\x1a\n", "latin1");

async function view(path: string, files: Record<string, string | Buffer> = {}) {
  const place = folders();
  for (const [name, content] of Object.entries(files)) write(place.workspace, name, content);
  const at = await stage({ script: [calls(call("view_image", { path })), text("seen")] }, place);
  await at.say("look");
  return { ...at, told: outputs(at.requests[1])[0] };
}

describe("view_image", () => {
  it("puts the picture before the model as the next message", async () => {
    const { told, requests, events, workspace } = await view("a.gif", { "a.gif": "GIF89a..." });
    expect(told).toBe("attached local image path");
    expect(requests[1]?.input.at(-1)).toEqual({
      type: "message",
      role: "user",
      content: [{ type: "input_image", image_url: "data:image/gif;base64,R0lGODlhLi4u" }],
    });
    const shown = events.find(({ msg }) => msg.type === "view_image_tool_call");
    expect(shown?.msg).toMatchObject({ call_id: "call_1", path: `${workspace}/a.gif` });
  });

  it.each([
    ["a missing file", "none.png", {}, /^unable to read the image .*none\.png.*ENOENT/],
    ["a folder", ".", {}, /^unable to read the image/],
    ["a file that is no picture", "a.png", { "a.png": "text" }, /^not an image: .*a\.png/],
    ["a sound", "a.webp", { "a.webp": "RIFF....WAVE" }, /^not an image/],
  ])("defect 17: tells the model of %s and attaches nothing", async (_, path, files, told) => {
    const at = await view(path, { ...files });
    expect(at.told).toMatch(told);
    expect(at.requests[1]?.input.at(-1)?.type).toBe("function_call_output");
    expect(order(at.events)).not.toContain("view_image_tool_call");
  });

  it("knows pictures by content", async () => {
    const { told, requests } = await view("odd", { odd: png });
    expect(told).toBe("attached local image path");
    expect(JSON.stringify(requests[1]?.input.at(-1))).toContain("data:image/png;base64,");
  });
});

describe("update_plan", () => {
  it.each([
    ["with", { explanation: "because" }, "because"],
    ["without", {}, null],
  ])("shows the plan %s an explanation", async (_, more, explanation) => {
    const plan = [
      { step: "one", status: "completed" },
      { step: "two", status: "in_progress" },
    ];
    const at = await stage({ script: [calls(call("update_plan", { plan, ...more })), text("x")] });
    await at.say("go");
    expect(outputs(at.requests[1])).toEqual(["Plan updated"]);
    const shown = at.events.find(({ msg }) => msg.type === "plan_update");
    expect(shown?.msg).toEqual({ type: "plan_update", explanation, plan });
  });

  it("refuses an unknown status by its place", async () => {
    const plan = [{ step: "one", status: "maybe" }];
    const at = await stage({ script: [calls(call("update_plan", { plan })), text("x")] });
    await at.say("go");
    expect(outputs(at.requests[1])[0]).toMatch(
      /^failed to parse function arguments: plan\.0\.status: /,
    );
  });
});
