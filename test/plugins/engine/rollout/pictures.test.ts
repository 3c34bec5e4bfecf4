import { randomBytes } from "node:crypto";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import type { Log, ResponseItem } from "../../../../core/index.ts";
import { Claim } from "../../../../plugins/engine/rollout/claim.ts";
import { readRollout } from "../../../../plugins/engine/rollout/read.ts";
import { Recorder } from "../../../../plugins/engine/rollout/recorder.ts";
import { History } from "../../../../plugins/engine/turn/history.ts";
import { call, calls, engine, folders, scriptedModel, stage, text, write } from "../stage.ts";
import { uuid } from "./records.ts";

const png = Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), randomBytes(5000)]);

function recorder() {
  const { home } = folders();
  const path = join(home, "x.jsonl");
  const claim = new Claim(home, uuid(1));
  claim.take();
  const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };
  const options = { path, claim, log: silent, turnContext: () => ({}) };
  return Recorder.create(options, { meta: { id: uuid(1) }, request: {} });
}

function picture(url: string): ResponseItem {
  const content = [
    { type: "input_text" as const, text: "a ü picture" },
    { type: "input_image" as const, image_url: url },
  ];
  return { type: "message", role: "user", content };
}

// In a function of its own, so that nothing of it is held by the test's own frame.
async function charactersSent(history: History): Promise<number> {
  return JSON.stringify(await history.forModel()).length;
}

function heapAfterCollection(): number {
  setFlagsFromString("--expose-gc");
  (runInNewContext("gc") as () => void)();
  return process.memoryUsage().heapUsed;
}

describe("a picture that was recorded", () => {
  it("stays the same in every request, whatever becomes of its file", async () => {
    const place = folders();
    const path = write(place.workspace, "a.png", png);
    const look = calls(call("view_image", { path }));
    const script = [look, text("seen"), text("again"), text("still")];
    const at = await stage({ script, residents: { idleCount: 0 } }, place);
    await at.say("look");
    writeFileSync(path, "something else");
    await at.say("and now?");
    rmSync(path);
    const model = scriptedModel({ script: [text("after a restart")] });
    const { conversations, complaints } = at;
    await conversations.close();
    const other = engine({}, { place, model, complaints });
    const resumed = await other.resume({ id: at.conversation.id });
    const approve = () => Promise.reject(new Error("nobody expected a question"));
    await resumed.submit({ items: [{ type: "text", text: "and here?" }], approve }).outcome;

    const inputs = [...at.requests, ...model.requests].map(({ input }) => input);
    expect(inputs).toHaveLength(4);
    expect(JSON.stringify(inputs[1])).toContain(png.toString("base64"));
    for (const [n, input] of inputs.entries()) {
      expect(input.slice(0, inputs[n - 1]?.length ?? 0)).toEqual(inputs[n - 1] ?? []);
    }
  });

  it("is no burden for the memory", async () => {
    const history = new History(recorder());
    const before = heapAfterCollection();
    for (let n = 0; n < 20; n += 1) {
      history.append([picture(`data:image/png;base64,${randomBytes(1 << 20).toString("base64")}`)]);
    }
    expect(heapAfterCollection() - before).toBeLessThan(4 << 20);
    expect(await charactersSent(history)).toBeGreaterThan(20 << 20);
    expect(heapAfterCollection() - before).toBeLessThan(4 << 20);
  });

  it("is found among several of one write, and by a reader of the record", async () => {
    const record = recorder();
    const items = [1, 2, 3].map((n) => picture(`data:image/png;base64,${`${n}`.repeat(2000)}`));
    const kept = record.items(items);
    expect(JSON.stringify(kept)).not.toContain("1111");
    expect(await record.whole(kept)).toEqual(items);
    const read = await readRollout(record.path);
    expect(JSON.stringify(read.items)).not.toContain("1111");
    expect(await record.whole(read.items)).toEqual(items);
  });

  it("is found in the history that a compaction wrote", async () => {
    const record = recorder();
    const item = picture(`data:image/png;base64,${"7".repeat(2000)}`);
    record.compacted("summary", [picture("https://example.com/a.png"), item]);
    const { items } = await readRollout(record.path);
    expect(await record.whole(items)).toEqual([picture("https://example.com/a.png"), item]);
  });

  it.each([
    ["is gone", (path: string) => rmSync(path)],
    ["was cut", (path: string) => writeFileSync(path, readFileSync(path).subarray(0, 900))],
  ])("is told as lost when the record %s", async (_, harm) => {
    const record = recorder();
    const kept = record.items([picture(`data:image/png;base64,${"7".repeat(2000)}`)]);
    harm(record.path);
    expect(JSON.stringify(await record.whole(kept))).toContain("can no longer be read");
  });
});

describe("a picture", () => {
  it.each([
    ["that is an address", "https://example.com/a.png"],
    ["that is small", "data:image/png;base64,AAAA"],
    ["that only looks like ours", `record:${uuid(1)}:0:1`],
  ])("%s is kept as it is", async (_, url) => {
    const record = recorder();
    const kept = record.items([picture(url)]);
    expect(kept).toEqual([picture(url)]);
    expect(await record.whole(kept)).toEqual([picture(url)]);
  });

  it("stays in memory while it cannot be recorded", async () => {
    const record = recorder();
    rmSync(record.path);
    await record.rest();
    const item = picture(`data:image/png;base64,${"7".repeat(2000)}`);
    expect(record.items([item])).toEqual([item]);
  });

  it("is told in the events of the record as before", async () => {
    const at = await stage({ script: [text("x")] });
    const url = `data:image/png;base64,${"7".repeat(2000)}`;
    const { outcome } = at.conversation.submit({
      items: [{ type: "image", image_url: url }],
      approve: () => Promise.reject(),
    });
    await outcome;
    const configured = at.conversation.startEvents[0]?.msg;
    const { events } = await readRollout(
      configured?.type === "session_configured" ? configured.rollout_path : "",
    );
    expect(events[0]).toMatchObject({ type: "user_message", images: [url] });
    expect(JSON.stringify(at.requests[0]?.input.at(-1))).toContain(url);
  });
});
