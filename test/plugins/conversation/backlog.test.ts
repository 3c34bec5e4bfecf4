import { describe, expect, it } from "vitest";
import type { ConversationEvent, EventMsg } from "../../../core/index.ts";
import { Backlog } from "../../../plugins/conversation/backlog.ts";

function filled(backlog: Backlog, messages: readonly EventMsg[]): ConversationEvent[] {
  for (const msg of messages) backlog.push({ id: "0", msg });
  return backlog.take("/record");
}

const delta = (text: string): EventMsg => ({ type: "agent_message_delta", delta: text });
const thought = (text: string): EventMsg => ({ type: "agent_reasoning_delta", delta: text });
const message = (text: string): EventMsg => ({ type: "agent_message", message: text });

describe("the backlog", () => {
  it("gives events once, in order, deltas of one text as one", () => {
    const backlog = new Backlog();
    const events = [delta("a"), delta("b"), thought("c"), delta("d"), message("abd")];
    expect(filled(backlog, events).map(({ msg }) => msg)).toEqual([
      delta("ab"),
      thought("c"),
      delta("d"),
      message("abd"),
    ]);
    expect(backlog.take("/record")).toEqual([]);
  });

  it("keeps the deltas of two turns apart", () => {
    const backlog = new Backlog();
    backlog.push({ id: "0", msg: delta("a") });
    backlog.push({ id: "1", msg: delta("b") });
    expect(backlog.take("/record").map(({ id }) => id)).toEqual(["0", "1"]);
  });

  it("lets deltas go first when it is full, and says how many", () => {
    const events = filled(new Backlog(200), [delta("x".repeat(150)), message("m".repeat(60))]);
    expect(events.map(({ msg }) => msg.type)).toEqual(["background_event", "agent_message"]);
    expect(JSON.stringify(events[0])).toContain("1 earlier events");
    expect(JSON.stringify(events[0])).toContain("/record");
  });

  it("lets the oldest events go then", () => {
    const messages = Array.from({ length: 100 }, (_, n) => message(String(n)));
    const events = filled(new Backlog(1000), messages);
    expect(events.length).toBeLessThan(40);
    expect(events.at(-1)?.msg).toEqual(message("99"));
    const kept = events.slice(1).map(({ msg }) => msg);
    expect(kept).toEqual(messages.slice(-kept.length));
    expect(JSON.stringify(events[0])).toContain(`${100 - kept.length} earlier events`);
  });
});
