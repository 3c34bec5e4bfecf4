import { describe, expect, it } from "vitest";
import type { EventMsg } from "../../../core/index.ts";
import { Feeds } from "../../../plugins/conversation/feeds.ts";
import { StandInConversation, uuid } from "../tools/stand-in.ts";

function opened() {
  const told: { type: string; to: string | undefined }[] = [];
  const feeds = new Feeds({
    tell: ({ msg, subscriptionId }) => told.push({ type: msg.type, to: subscriptionId }),
    ready: () => undefined,
  });
  const conversation = new StandInConversation(uuid(1));
  feeds.open(conversation);
  const feed = feeds.find(uuid(1));
  if (feed === undefined) throw new Error("no feed was opened");
  return { feeds, feed, conversation, told };
}

const message: EventMsg = { type: "agent_message", message: "m" };

describe("the feed of a conversation", () => {
  it("keeps the event of its start to itself, and tells what went wrong meanwhile", () => {
    const { feeds, feed, told } = opened();
    const trouble = new StandInConversation(uuid(1));
    Object.assign(trouble, {
      startEvents: [...trouble.startEvents, { id: "", msg: { type: "error", message: "e" } }],
    });
    feeds.open(trouble);
    feeds.listen(feed, "a", false);
    feed.activate("a");
    expect(told).toEqual([{ type: "error", to: undefined }]);
  });

  it("sends nothing to a listener whose request is not answered yet, or that left before", () => {
    const { feeds, feed, conversation, told } = opened();
    feeds.listen(feed, "a", false);
    conversation.emit("0", message);
    expect(told).toEqual([]);
    expect(feeds.unlisten("a")).toBe(true);
    feed.activate("a");
    expect(told).toEqual([]);
    expect(feeds.unlisten("a")).toBe(false);
  });

  it("has events wait once it was asked to, or had a listener; not before", () => {
    for (const begin of ["keep", "listen"] as const) {
      const { feeds, feed, conversation, told } = opened();
      conversation.emit("0", { type: "error", message: "of somebody else's turn" });
      if (begin === "keep") feed.keep();
      else feeds.listen(feed, "gone", false);
      feeds.unlisten("gone");
      conversation.emit("0", message);
      expect(told).toEqual([]);
      feeds.listen(feed, "a", false);
      feed.activate("a");
      expect(told).toEqual([{ type: "agent_message", to: undefined }]);
    }
  });

  it("goes on with the conversation that takes the place of the first", () => {
    const { feeds, feed, conversation, told } = opened();
    feeds.listen(feed, "a", true);
    feed.activate("a");
    const second = new StandInConversation(uuid(1));
    feeds.open(second);
    conversation.emit("0", message);
    expect(told).toEqual([]);
    second.emit("0", message);
    expect(told).toEqual([{ type: "agent_message", to: "a" }]);
    expect(conversation.subscribers.size).toBe(0);
  });

  it("lets whoever waits for a listener know of the first one", async () => {
    const { feeds, feed } = opened();
    const heard = feed.heard();
    expect(heard).toBeInstanceOf(Promise);
    feeds.listen(feed, "a", false);
    feed.activate("a");
    await heard;
    expect(feed.heard()).toBeUndefined();
  });

  it("is gone with its conversation; its listeners can still leave", () => {
    const { feeds, feed, conversation } = opened();
    feeds.listen(feed, "a", false);
    feeds.forget(uuid(1));
    expect(feeds.find(uuid(1))).toBeUndefined();
    expect(conversation.subscribers.size).toBe(0);
    expect(feeds.unlisten("a")).toBe(true);
  });
});
