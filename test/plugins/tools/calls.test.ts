import { describe, expect, it } from "vitest";
import { ConversationError } from "../../../core/index.ts";
import type { ApprovalAnswer } from "../../../core/index.ts";
import { replyToConversation } from "../../../plugins/tools/codex-reply.ts";
import { startConversation } from "../../../plugins/tools/codex.ts";
import type { Desk } from "../../../plugins/tools/desk.ts";
import { TurnResult } from "../../../plugins/tools/schemas.ts";
import { Turns } from "../../../plugins/tools/turns.ts";
import { fakeCall, type FakeCall, type FakeCallOptions } from "../fake-call.ts";
import { StandInConversation, StandInConversations, uuid } from "./stand-in.ts";

function open(answer?: ApprovalAnswer, closing = new AbortController().signal) {
  const conversations = new StandInConversations();
  const approver = answer && { decide: () => Promise.resolve(answer) };
  const desk: Desk = {
    conversations,
    approver,
    events: "auto",
    turns: new Turns(),
    closing,
    last: undefined,
  };
  return { conversations, desk };
}

/** A call of `codex` whose turn has been submitted. */
async function started(desk: Desk, options: FakeCallOptions = {}) {
  const call = fakeCall(options);
  const result = startConversation(desk, { prompt: "hi" }, call);
  await Promise.resolve();
  const conversation = desk.last as StandInConversation;
  return { call, result, conversation };
}

function reply(desk: Desk, prompt: string, options: FakeCallOptions & { threadId?: string } = {}) {
  const { threadId, ...more } = options;
  const call = fakeCall(more);
  const args = { prompt, ...(threadId !== undefined && { threadId }) };
  return { call, result: replyToConversation(desk, args, call) };
}

function eventsOf(call: FakeCall) {
  return call.sent.map(({ params }) => {
    const { id, msg } = params as { id: string; msg: { type: string } };
    return `${id}:${msg.type}`;
  });
}

describe("a call of codex", () => {
  it("is answered with the last message and the conversation's id", async () => {
    const { desk } = open();
    const { result, conversation } = await started(desk);
    conversation.say("Done.");
    expect(await result).toEqual({
      content: [{ type: "text", text: "Done." }],
      structuredContent: { threadId: uuid(1), content: "Done.", conversationId: uuid(1) },
    });
  });

  it("passes every event on, the session's first, under its request id", async () => {
    const { desk } = open();
    const { call, result, conversation } = await started(desk, { requestId: "a" });
    conversation.emit("a", { type: "task_started", model_context_window: null });
    conversation.emit("other", { type: "agent_message", message: "not mine" });
    conversation.say("Done.");
    await result;
    expect(eventsOf(call)).toEqual([":session_configured", "a:task_started", "a:task_complete"]);
    expect(call.sent.every(({ method }) => method === "codex/event")).toBe(true);
    expect(call.sent[1]?.params).toEqual({
      _meta: { requestId: "a", threadId: uuid(1) },
      id: "a",
      msg: { type: "task_started", model_context_window: null },
    });
  });

  it("keeps the type of its request id and writes the event's id as a string", async () => {
    const { desk } = open();
    const { call, result, conversation } = await started(desk, { requestId: 0 });
    conversation.say("Done.");
    await result;
    expect(call.sent[1]?.params).toMatchObject({ _meta: { requestId: 0 }, id: "0" });
  });

  it("hands all arguments to the conversation, absent ones left out", async () => {
    const { conversations, desk } = open();
    const call = fakeCall();
    void startConversation(
      desk,
      {
        prompt: "hi",
        cwd: "sub",
        model: "m",
        profile: "p",
        "approval-policy": "on-request",
        sandbox: "read-only",
        config: { "a.b": null },
        "base-instructions": "b",
        "developer-instructions": "d",
        "compact-prompt": "c",
        "include-plan-tool": false,
      },
      call,
    );
    void startConversation(desk, { prompt: "hi", model: undefined }, fakeCall({ name: "" }));
    expect(conversations.requests).toEqual([
      {
        cwd: "sub",
        model: "m",
        profile: "p",
        approvalPolicy: "on-request",
        sandbox: "read-only",
        config: { "a.b": null },
        baseInstructions: "b",
        developerInstructions: "d",
        compactPrompt: "c",
        includePlanTool: false,
        client: { name: "test", version: "1.0.0" },
      },
      {},
    ]);
    expect(Object.keys(conversations.requests[1] ?? {})).toEqual([]);
  });

  it.each([
    ["settings", "Failed to load Codex configuration from overrides: no profile: x"],
    ["session", "Failed to start Codex session: no profile: x"],
  ] as const)("says that it could not start: %s", async (kind, text) => {
    const { conversations, desk } = open();
    conversations.refuse = new ConversationError(kind, "no profile: x");
    const call = fakeCall();
    expect(await startConversation(desk, { prompt: "hi" }, call)).toEqual({
      content: [{ type: "text", text }],
      isError: true,
    });
    expect(call.sent).toEqual([]);
  });

  it("leaves any other failure to the host", async () => {
    const { conversations, desk } = open();
    conversations.refuse = new Error("bug");
    await expect(startConversation(desk, { prompt: "hi" }, fakeCall())).rejects.toThrow("bug");
  });

  it.each(["", " \n"])("with the prompt %j is refused, and nothing starts", async (prompt) => {
    const { conversations, desk } = open();
    expect(await startConversation(desk, { prompt }, fakeCall())).toMatchObject({
      isError: true,
      content: [{ text: "prompt: must not be empty" }],
    });
    expect(conversations.requests).toEqual([]);
  });

  it("gives its signal to the turn", async () => {
    const { desk } = open();
    const { signal } = new AbortController();
    const { result, conversation } = await started(desk, { signal });
    expect(conversation.submissions[0]?.signal).toBe(signal);
    conversation.say("x");
    await result;
  });

  it("makes the sources wait when the client does", async () => {
    const { desk } = open();
    const full = Promise.resolve();
    const { result, conversation } = await started(desk, { ready: () => full });
    const [subscriber] = conversation.subscribers;
    expect(subscriber?.ready?.()).toBe(full);
    conversation.say("x");
    await result;
    expect(conversation.subscribers.size).toBe(0);
  });

  it("tells trouble as progress and in the standard log as well", async () => {
    const { desk } = open();
    const { call, result, conversation } = await started(desk, { name: "mcp" });
    conversation.emit("7", { type: "stream_error", message: "again" });
    conversation.emit("7", { type: "background_event", message: "retrying" });
    conversation.end({ status: "failed", message: "no model" });
    await result;
    expect(call.sent).toEqual([]);
    expect(call.progressed).toEqual(["asking the model again: again", "retrying", "no model"]);
    expect(call.logged).toEqual([
      ["warn", "again"],
      ["info", "retrying"],
      ["error", "no model"],
    ]);
  });
});

describe("a turn that did not end well", () => {
  it("answers with the failure, for old and new readers", async () => {
    const { desk } = open();
    const { result, conversation } = await started(desk);
    conversation.end({ status: "failed", message: "no model" });
    expect(await result).toEqual({
      content: [{ type: "text", text: "no model" }],
      structuredContent: { threadId: uuid(1), content: "no model", conversationId: uuid(1) },
      isError: true,
      error: "no model",
    });
  });

  it("says that an approval aborted it", async () => {
    const { desk } = open({ decision: "abort" });
    const { result, conversation } = await started(desk);
    expect(await conversation.ask()).toEqual({ decision: "abort" });
    conversation.end({ status: "aborted", reason: "interrupted" });
    expect(await result).toMatchObject({
      isError: true,
      content: [{ text: "The turn was aborted: the answer to an approval question was abort." }],
    });
  });

  it.each([
    [false, "the call was cancelled"],
    [true, "the server is shutting down"],
  ])("says who cut it off; the server as it ends: %j", async (ends, why) => {
    const { desk } = open(undefined, ends ? AbortSignal.abort() : undefined);
    const { result, conversation } = await started(desk, { signal: AbortSignal.abort() });
    conversation.end({ status: "aborted", reason: "interrupted" });
    const error = `The turn was aborted: ${why}.`;
    expect(await result).toMatchObject({ isError: true, error });
  });

  it("says that it was interrupted by someone else", async () => {
    const { desk } = open();
    const { result, conversation } = await started(desk);
    conversation.end({ status: "aborted", reason: "replaced" });
    expect(await result).toMatchObject({ error: "The turn was aborted: it was interrupted." });
  });

  it("without any message is answered with an empty text", async () => {
    const { desk } = open();
    const { result, conversation } = await started(desk);
    conversation.end({ status: "completed", lastAgentMessage: null });
    expect(await result).toMatchObject({ content: [{ text: "" }] });
    expect(await result).not.toHaveProperty("isError");
  });
});

describe("questions that no person decided", () => {
  it("are counted in the notes, and the result fits its schema", async () => {
    const { desk } = open({ decision: "denied", unasked: "no elicitation" });
    const { call, result, conversation } = await started(desk);
    await conversation.ask();
    await conversation.ask();
    conversation.say("Sorry.");
    const note = "2 questions were not decided by a person (no elicitation): answered denied";
    const given = await result;
    expect(given).toMatchObject({
      content: [{ text: "Sorry." }, { text: `Note: ${note}.` }],
      structuredContent: { content: "Sorry.", notes: [note] },
    });
    expect(TurnResult.safeParse(given.structuredContent).success).toBe(true);
    expect(call.logged.map(([level]) => level)).toEqual(["warn", "warn"]);
  });

  it("are denied when no plugin asks, which the notes say", async () => {
    const { desk } = open();
    const { result, conversation } = await started(desk);
    expect(await conversation.ask()).toMatchObject({ decision: "denied" });
    conversation.say("Sorry.");
    expect(await result).toMatchObject({
      structuredContent: {
        notes: [
          "1 question was not decided by a person (no plugin that asks people is enabled): answered denied",
        ],
      },
    });
  });

  it("leave no note when a person decided", async () => {
    const { desk } = open({ decision: "approved" });
    const { result, conversation } = await started(desk);
    await conversation.ask();
    conversation.say("Done.");
    expect((await result).structuredContent).not.toHaveProperty("notes");
    expect((await result).content).toHaveLength(1);
  });
});

describe("a call of codex-reply", () => {
  it("is answered by its own turn, after a failed one as well", async () => {
    const { desk } = open();
    const first = await started(desk);
    first.conversation.end({ status: "failed", message: "no model" });
    await first.result;
    for (const text of ["one", "two"]) {
      const { result } = reply(desk, "go on");
      first.conversation.say(text);
      expect(await result).toMatchObject({ content: [{ text }] });
    }
  });

  it("gets the events of its turn only, and no session_configured", async () => {
    const { desk } = open();
    const first = await started(desk);
    const second = reply(desk, "more", { requestId: 8 });
    const third = reply(desk, "and more", { requestId: 9 });
    const { conversation } = first;
    for (const [id, text] of [
      ["7", "a"],
      ["0", "b"],
      ["1", "c"],
    ] as const) {
      conversation.emit(id, { type: "agent_message", message: text });
      conversation.say(text);
    }
    const results = await Promise.all([first.result, second.result, third.result]);
    expect(results.map((result) => result.content[0])).toEqual(
      ["a", "b", "c"].map((text) => ({ type: "text", text })),
    );
    expect(eventsOf(second.call)).toEqual(["0:agent_message", "0:task_complete"]);
    expect(eventsOf(third.call)).toEqual(["1:agent_message", "1:task_complete"]);
    expect(second.call.sent[0]?.params).toMatchObject({ _meta: { requestId: 8 } });
  });

  it("gets what happens in between, if its turn is the one that runs", async () => {
    const { desk } = open();
    const first = await started(desk, { requestId: "a" });
    const waiting = reply(desk, "more", { requestId: "b" });
    first.conversation.emit("a", { type: "task_started", model_context_window: null });
    first.conversation.emit("auto-compact-0", { type: "agent_message", message: "compacted" });
    expect(eventsOf(first.call).at(-1)).toBe("auto-compact-0:agent_message");
    first.conversation.say("one");
    first.conversation.emit("auto-compact-1", { type: "agent_message", message: "of nobody" });
    first.conversation.emit("0", { type: "task_started", model_context_window: null });
    first.conversation.emit("auto-compact-2", { type: "agent_message", message: "compacted" });
    first.conversation.say("two");
    await Promise.all([first.result, waiting.result]);
    expect(eventsOf(waiting.call)).toEqual([
      "0:task_started",
      "auto-compact-2:agent_message",
      "0:task_complete",
    ]);
  });

  it("is told apart from the first turn where both have one event id", async () => {
    const { desk } = open();
    const first = await started(desk, { requestId: 0 });
    const second = reply(desk, "more", { requestId: 1 });
    first.conversation.emit("0", { type: "agent_message", message: "of the first" });
    first.conversation.say("a");
    first.conversation.emit("0", { type: "agent_message", message: "of the second" });
    first.conversation.say("b");
    await Promise.all([first.result, second.result]);
    expect(eventsOf(first.call)).toHaveLength(3);
    expect(second.call.sent[0]?.params).toMatchObject({ msg: { message: "of the second" } });
    expect(eventsOf(second.call)).toHaveLength(2);
  });

  it("does not lose events that come before its submission returns", async () => {
    const { desk } = open();
    const first = await started(desk);
    first.conversation.say("a");
    await first.result;
    first.conversation.eager = [{ type: "task_started", model_context_window: null }];
    const second = reply(desk, "more");
    first.conversation.say("b");
    await second.result;
    expect(eventsOf(second.call)).toEqual(["0:task_started", "0:task_complete"]);
  });

  it("cancelled while it waits leaves the others their events", async () => {
    const { desk } = open();
    const first = await started(desk);
    const second = reply(desk, "more");
    first.conversation.drop();
    expect(await second.result).toMatchObject({ isError: true });
    first.conversation.say("a");
    await first.result;
    expect(eventsOf(first.call)).toEqual([":session_configured", "7:task_complete"]);
    expect(eventsOf(second.call)).toEqual([]);
    expect(first.conversation.subscribers.size).toBe(0);
  });

  it("taken back does not end the first turn, where both have one event id", async () => {
    const { desk } = open();
    const first = await started(desk, { requestId: 0 });
    const second = reply(desk, "more", { signal: AbortSignal.abort() });
    first.conversation.emit("0", { type: "turn_aborted", reason: "interrupted" });
    first.conversation.drop();
    first.conversation.say("a");
    await Promise.all([first.result, second.result]);
    expect(eventsOf(first.call)).toEqual([":session_configured", "0:task_complete"]);
    expect(eventsOf(second.call)).toEqual(["0:turn_aborted"]);
  });

  it.each([
    uuid(1).toUpperCase(),
    `{${uuid(1)}}`,
    `urn:uuid:${uuid(1)}`,
    uuid(1).replaceAll("-", ""),
  ])("finds its conversation by %s", async (threadId) => {
    const { desk } = open();
    const { conversation, result } = await started(desk);
    conversation.say("a");
    await result;
    await started(desk);
    const second = replyToConversation(desk, { prompt: "more", threadId }, fakeCall());
    expect(conversation.submissions).toHaveLength(2);
    conversation.say("b");
    expect(await second).toMatchObject({ structuredContent: { threadId: uuid(1) } });
  });

  it.each(["threadId", "conversationId", "sessionId"] as const)("takes %s", async (name) => {
    const { desk } = open();
    const { conversation, result } = await started(desk);
    conversation.say("a");
    await result;
    desk.last = undefined;
    const second = replyToConversation(desk, { prompt: "more", [name]: uuid(1) }, fakeCall());
    conversation.say("b");
    expect(await second).toMatchObject({ content: [{ text: "b" }] });
  });

  const problems: [string, object, RegExp][] = [
    [
      "an unknown id",
      { threadId: uuid(9).toUpperCase() },
      new RegExp(`^Session not found for conversation_id: ${uuid(9)}$`),
    ],
    ["no UUID", { sessionId: "abc" }, /^Failed to parse conversation_id: .*sessionId.*"abc"/],
    ["an empty id", { threadId: "" }, /^Failed to parse conversation_id: /],
    [
      "ids that differ",
      { threadId: uuid(1), conversationId: uuid(2) },
      /^Failed to parse conversation_id: conversationId contradicts/,
    ],
    ["no id and no conversation before", {}, /no threadId given/],
  ];
  it.each(problems)("with %s is refused", async (_, args, text) => {
    const { desk } = open();
    const result = await replyToConversation(desk, { prompt: "x", ...args }, fakeCall());
    expect(result).toMatchObject({
      isError: true,
      content: [{ text: expect.stringMatching(text) as string }],
    });
    expect(result).not.toHaveProperty("structuredContent");
  });

  it("acceptance 27: goes on with a conversation that only lies on the disk", async () => {
    const { conversations, desk } = open();
    const stored = new StandInConversation(uuid(7));
    conversations.stored.set(uuid(7), stored);
    const { call, result } = reply(desk, "more", { threadId: uuid(7) });
    await expect.poll(() => stored.submissions).toHaveLength(1);
    stored.say("back");
    expect(await result).toMatchObject({
      structuredContent: { threadId: uuid(7), content: "back" },
    });
    expect(eventsOf(call)).not.toContain(":session_configured");
  });

  it("acceptance 27: says why a conversation on the disk cannot be had", async () => {
    const { conversations, desk } = open();
    const problem = "conversation x is open in process 17";
    conversations.stored.set(uuid(7), new ConversationError("session", problem));
    const { result } = reply(desk, "more", { threadId: uuid(7) });
    expect(await result).toMatchObject({ isError: true, content: [{ text: problem }] });
  });

  it("with ids that agree in different spellings is served", async () => {
    const { desk } = open();
    const { conversation, result } = await started(desk);
    conversation.say("a");
    await result;
    const ids = { threadId: uuid(1), sessionId: uuid(1).toUpperCase() };
    const second = replyToConversation(desk, { prompt: "more", ...ids }, fakeCall());
    conversation.say("b");
    expect(await second).toMatchObject({ content: [{ text: "b" }] });
  });

  it("with an empty prompt is refused", async () => {
    const { desk } = open();
    const { conversation } = await started(desk);
    expect(await reply(desk, "").result).toMatchObject({ isError: true });
    expect(conversation.submissions).toHaveLength(1);
  });
});

describe("two calls at once", () => {
  it("have conversations of their own and are answered in any order", async () => {
    const { conversations, desk } = open();
    const first = await started(desk, { requestId: 1 });
    const second = await started(desk, { requestId: 2 });
    expect(conversations.made).toHaveLength(2);
    second.conversation.say("b");
    expect(await second.result).toMatchObject({ structuredContent: { threadId: uuid(2) } });
    first.conversation.say("a");
    expect(await first.result).toMatchObject({ structuredContent: { threadId: uuid(1) } });
    expect(eventsOf(first.call)).toEqual([":session_configured", "1:task_complete"]);
  });
});
