import { chmodSync, existsSync, readFileSync, statSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { HistoryEntry } from "../../../../core/index.ts";
import { readHistory } from "../../../../plugins/engine/rollout/history-log.ts";
import { engine, folders, scriptedModel, stage, write, type StageOptions } from "../stage.ts";

function service(options: StageOptions = {}) {
  const place = folders();
  const conversations = engine(options, { place, model: scriptedModel({}), complaints: [] });
  return { ...place, conversations, path: join(place.home, "history.jsonl") };
}

describe("the message history", () => {
  it("acceptance 29: has one line an entry, for its owner alone", async () => {
    const { conversations, path } = service();
    await conversations.addToHistory({ conversationId: "a", text: "one\ntwo" });
    await conversations.addToHistory({ conversationId: "b", text: "three" });
    const lines = readFileSync(path, "utf8").trimEnd().split("\n");
    const now = Math.floor(Date.now() / 1000);
    const [first, second] = lines.map((line) => JSON.parse(line) as HistoryEntry);
    expect(first).toEqual({ session_id: "a", ts: expect.any(Number) as number, text: "one\ntwo" });
    expect(first?.ts).toBeGreaterThan(now - 100);
    expect(first?.ts).toBeLessThanOrEqual(now);
    expect(second).toMatchObject({ session_id: "b", text: "three" });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  it("acceptance 29: closes a file that was open to everybody", async () => {
    const { conversations, home, path } = service();
    chmodSync(write(home, "history.jsonl", ""), 0o644);
    await conversations.addToHistory({ conversationId: "a", text: "x" });
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it("acceptance 29: keeps all entries of writers at the same time", async () => {
    const { conversations, path } = service();
    const texts = Array.from({ length: 5 }, (_, n) => String(n));
    await Promise.all(
      texts.map((text) => conversations.addToHistory({ conversationId: "a", text })),
    );
    const lines = readFileSync(path, "utf8").trimEnd().split("\n");
    expect(lines.map((line) => (JSON.parse(line) as HistoryEntry).text).toSorted()).toEqual(texts);
  });

  it("acceptance 29: says who has it locked for too long", async () => {
    const { conversations, path } = service();
    symlinkSync(`${process.ppid}:`, `${path}.lock`);
    await expect(conversations.addToHistory({ conversationId: "a", text: "x" })).rejects.toThrow(
      `the message history is locked by process ${process.ppid}`,
    );
  });

  it("acceptance 29: is not kept where the settings say so", async () => {
    const { conversations, path } = service({ config: { history: { persistence: "none" } } });
    await conversations.addToHistory({ conversationId: "a", text: "x" });
    expect(existsSync(path)).toBe(false);
  });

  it("acceptance 29: is looked up by file and line", async () => {
    const place = folders();
    write(
      place.home,
      "history.jsonl",
      '{"session_id":"a","ts":1,"text":"x"}\njunk\n[]\n{"ts":1}\n',
    );
    const at = await stage({}, place);
    const start = at.conversation.startEvents[0]?.msg;
    if (start?.type !== "session_configured") throw new Error("no start");
    const logId = start.history_log_id;
    expect(start.history_entry_count).toBe(4);
    const entry = { conversationId: "a", ts: 1, text: "x" };
    expect(await at.conversations.historyEntry({ logId, offset: 0 })).toEqual(entry);
    for (const offset of [1, 2, 3, 4, 99, -1]) {
      expect(await at.conversations.historyEntry({ logId, offset })).toBeUndefined();
    }
    expect(await at.conversations.historyEntry({ logId: logId + 1, offset: 0 })).toBeUndefined();
    expect(await readHistory("/none", { logId: 0, offset: 0 })).toBeUndefined();
  });
});
