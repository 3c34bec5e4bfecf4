import { describe, expect, it } from "vitest";
import { FrontEnd } from "../helpers/front-end.ts";
import type { SeenRequest } from "../helpers/mock-model.ts";
import { scenarios, shellCall, type ScenarioOptions } from "../helpers/scenario.ts";

const start = scenarios({ script: ["Hello."] });

async function frontEnd(options?: Partial<ScenarioOptions>): Promise<FrontEnd> {
  return new FrontEnd(await start(options));
}

/** How often a text is said in a request. */
function count(request: SeenRequest | undefined, text: string): number {
  return JSON.stringify(request?.body["input"]).split(text).length - 1;
}

describe("a message that comes while a turn runs", () => {
  it("acceptance 16, defect 1: is in the next request, once", async () => {
    const front = await frontEnd({
      script: [[shellCall(["sh", "-c", "while [ ! -e go ]; do sleep 0.05; done"])], "Done."],
    });
    const { model } = front.scenario;
    const free = { sandbox: "danger-full-access", approvalPolicy: "never" };
    const { id } = await front.open(free);
    await front.listen(id);
    await front.say(id, "the first");
    await front.event("exec_command_begin");
    await front.say(id, "the second");
    await front.call("execOneOffCommand", {
      command: ["touch", "go"],
      cwd: front.scenario.home.workspace,
      sandboxPolicy: { mode: "danger-full-access" },
    });
    await front.event("task_complete");
    expect(model.requests).toHaveLength(2);
    expect(model.requests.map((request) => count(request, "the second"))).toEqual([0, 1]);
    expect(front.types.filter((type) => type === "task_complete")).toHaveLength(1);
  });

  it("acceptance 16, defect 2: leads to another answer when it comes during the last one", async () => {
    const end = Promise.withResolvers<void>();
    const front = await frontEnd({
      script: [{ items: [{ message: "One." }], beforeEnd: end.promise }, "Two."],
    });
    const { model } = front.scenario;
    const { id } = await front.open();
    await front.listen(id);
    await front.say(id, "the first");
    await front.event("agent_message");
    await front.say(id, "the second");
    end.resolve();
    expect(await front.event("task_complete")).toMatchObject({ last_agent_message: "Two." });
    expect(model.requests.map((request) => count(request, "the second"))).toEqual([0, 1]);
  });
});

describe("a conversation above its limit", () => {
  it("acceptance 26: is compacted, and goes on with the person's words and the note", async () => {
    const used = (input: number, message: string) => ({
      items: [{ message }],
      usage: { input, output: 10 },
    });
    const front = await frontEnd({
      config: "model_auto_compact_token_limit = 1000",
      script: [used(2000, "A long answer."), used(10, "THE NOTE"), used(20, "Shorter.")],
    });
    const { model } = front.scenario;
    const { id } = await front.open();
    await front.listen(id);
    await front.say(id, "the question");
    expect(await front.event("task_complete")).toMatchObject({ last_agent_message: "Shorter." });
    const [, asking, after] = model.requests;
    expect(asking?.body["tools"]).toEqual([]);
    expect(count(asking, "A long answer.")).toBe(1);
    expect(count(after, "A long answer.")).toBe(0);
    expect(count(after, "the question")).toBe(1);
    expect(count(after, "THE NOTE")).toBe(1);
  });
});

describe("the list of conversations", () => {
  it("acceptance 28: has the newest first, page by page, with what was said first", async () => {
    const front = await frontEnd({ script: () => "Hello." });
    const ids: string[] = [];
    for (const words of ["one", "two", "three"]) {
      const { id } = await front.open();
      const from = front.peer.messages.length;
      await front.listen(id);
      await front.say(id, words);
      await front.event("task_complete", from);
      ids.unshift(id);
    }
    const first = await front.call("listConversations", { pageSize: 2 });
    const { nextCursor: cursor } = first;
    const second = await front.call("listConversations", { pageSize: 2, cursor });
    const items = [first["items"], second["items"]].flat() as Record<string, unknown>[];
    expect(items.map(({ conversationId }) => conversationId)).toEqual(ids);
    expect(items.map(({ preview }) => preview)).toEqual(["three", "two", "one"]);
  });
});
