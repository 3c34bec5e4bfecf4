import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { AgentTool, AgentToolCall, OpenTools } from "../../../../core/index.ts";
import { ConversationError } from "../../../../core/index.ts";
import { AgentToolRegistry } from "../../../../plugins/engine/tools/registry.ts";
import { call, calls, completed, hanging, outputs, shell, stage, text } from "../stage.ts";
import type { StageOptions } from "../stage.ts";

const schema = { type: "object", properties: {} };

function tool(name: string, more: Partial<AgentTool> = {}): AgentTool {
  return { name, description: name, parameters: schema, run: () => ({ output: name }), ...more };
}

function adding(...tools: readonly AgentTool[]): Pick<StageOptions, "agentTools"> {
  return {
    agentTools: (registry) => {
      for (const one of tools) registry.add(one);
    },
  };
}

/** Tools of a source, and whether they were closed. */
function opened(tools: readonly AgentTool[], problems: readonly string[] = []) {
  const state = { closed: 0 };
  const open: OpenTools = {
    tools,
    problems,
    close: () => {
      state.closed += 1;
    },
  };
  return { state, open };
}

describe("the names of tools that plugins add", () => {
  it.each([["shell"], ["apply_patch"], ["web_search"], ["container.exec"]])(
    "refuses the engine's own %s",
    (name) => {
      const registry = new AgentToolRegistry();
      expect(() => registry.add(tool(name))).toThrow(
        expect.objectContaining({
          code: "PLUGIN_CONFLICT",
          message: `the agent's tool "${name}" is the engine's own`,
        }) as Error,
      );
    },
  );

  it("refuses a second tool of one name", () => {
    const registry = new AgentToolRegistry();
    registry.add(tool("deploy"));
    expect(() => registry.add(tool("deploy"))).toThrow('the agent has a tool "deploy" already');
  });

  it.each([[""], ["a b"], ["a.b"], ["x".repeat(65)]])(
    "refuses %j, which no model takes",
    (name) => {
      expect(() => new AgentToolRegistry().add(tool(name))).toThrow(JSON.stringify(name));
    },
  );
});

describe("tools that plugins add", () => {
  it("are offered after the engine's, by name, and the same each time", async () => {
    const zod = tool("b_zod", {
      parameters: async () => z.object({ times: z.int().default(1).meta({ description: "n" }) }),
    });
    const { say, requests } = await stage({
      ...adding(tool("c"), zod, tool("a")),
      script: [calls(call("a", {})), text("x")],
    });
    await say("go");
    const names = requests[0]?.tools.map((one) => ("name" in one ? one.name : one.type)) ?? [];
    expect(names).toEqual(["shell", "view_image", "a", "b_zod", "c"]);
    expect(requests[0]?.tools[3]).toEqual({
      type: "function",
      name: "b_zod",
      description: "b_zod",
      strict: false,
      parameters: {
        type: "object",
        properties: {
          times: expect.objectContaining({
            type: "integer",
            default: 1,
            description: "n",
          }) as object,
        },
      },
    });
    expect(requests[1]?.tools).toEqual(requests[0]?.tools);
  });

  it("added later are for the next conversation", async () => {
    let registry = new AgentToolRegistry();
    const { say, requests } = await stage({
      agentTools: (given) => {
        registry = given;
      },
      script: [calls(call("late", {})), text("x")],
    });
    registry.add(tool("late"));
    await say("go");
    expect(outputs(requests[1])).toEqual(["unsupported call: late"]);
  });

  it.each<[string, unknown]>([
    ["", undefined],
    ["null", undefined],
    ['{"a":1}', { a: 1 }],
  ])("with a JSON Schema get the arguments %j as they came", async (args, expected) => {
    const seen: unknown[] = [];
    const run = (given: unknown) => {
      seen.push(given);
      return { output: "ok" };
    };
    const { say } = await stage({
      ...adding(tool("raw", { run })),
      script: [calls(call("raw", args)), text("x")],
    });
    await say("go");
    expect(seen).toEqual([expected]);
  });

  it("with a zod schema get checked arguments, and models their mistakes", async () => {
    const { say, requests } = await stage({
      agentTools: (registry) =>
        registry.add({
          ...tool("double"),
          parameters: z.object({ n: z.int() }),
          run: ({ n }) => ({ output: String(2 * n) }),
        }),
      script: [calls(call("double", { n: 4 }, "c1"), call("double", { n: "x" }, "c2")), text("x")],
    });
    await say("go");
    expect(outputs(requests[1])).toEqual([
      "8",
      "failed to parse function arguments: n: Invalid input: expected number, received string",
    ]);
  });

  it("that throw tell the model why, and the task goes on", async () => {
    const run = () => Promise.reject(new Error("no disk"));
    const { say, requests } = await stage({
      ...adding(tool("fails", { run })),
      script: [calls(call("fails", {})), text("x")],
    });
    expect(await say("go")).toEqual({ status: "completed", lastAgentMessage: "x" });
    expect(outputs(requests[1])).toEqual(["the tool failed: no disk"]);
  });

  it("know their call, may tell events and ask", async () => {
    const seen: object[] = [];
    const run = async (_: unknown, { callId, conversationId, cwd, ask, emit }: AgentToolCall) => {
      emit({ type: "background_event", message: "working" });
      const answer = await ask({ message: "Sure?", fields: {} });
      seen.push({ callId, conversationId, cwd, answer: answer.kind });
      return { output: "ok" };
    };
    const one = await stage({
      ...adding(tool("asks", { run })),
      script: [calls(call("asks", {}, "c9")), text("x")],
    });
    await one.say("go");
    expect(await one.seen("background_event")).toMatchObject({ message: "working" });
    expect(seen).toEqual([
      {
        callId: "c9",
        conversationId: one.conversation.id,
        cwd: one.workspace,
        answer: "unanswered",
      },
    ]);
  });

  it("that ignore an interrupt hold it up by no more than a moment, and say nothing after", async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const run = async (_: unknown, { emit }: AgentToolCall) => {
      emit({ type: "background_event", message: "in" });
      await promise;
      emit({ type: "background_event", message: "late" });
      return { output: "late" };
    };
    const one = await stage({
      ...adding(tool("deaf", { run })),
      script: [calls(call("deaf", {}))],
    });
    const said = one.say("go");
    await one.seen("background_event");
    await one.conversation.interrupt();
    expect(await said).toEqual({ status: "aborted", reason: "interrupted" });
    resolve();
    await promise;
    expect(one.events.at(-1)?.msg.type).toBe("turn_aborted");
  });
});

describe("calls beside each other", () => {
  /** Two calls of this can only end together. */
  function pair(parallel: boolean) {
    const waiting: ((result: { output: string }) => void)[] = [];
    let most = 0;
    const run = () => {
      const { promise, resolve } = Promise.withResolvers<{ output: string }>();
      most = Math.max(most, waiting.push(resolve));
      if (waiting.length === 2 || !parallel) {
        // The later one is the first to end.
        for (const end of waiting.splice(0).toReversed()) end({ output: "together" });
      }
      return promise;
    };
    return { tool: tool("pair", { parallel, run }), most: () => most };
  }

  it("are told to the model in its order", async () => {
    const { tool: both, most } = pair(true);
    const { say, requests } = await stage({
      ...adding(both),
      script: [
        calls(call("pair", {}, "c1"), call("pair", {}, "c2"), shell(["true"], {}, "c3")),
        text("x"),
      ],
      request: { approvalPolicy: "never", sandbox: "danger-full-access" },
    });
    await say("go");
    expect(most()).toBe(2);
    const ids = requests[1]?.input.flatMap((item) => ("call_id" in item ? [item.call_id] : []));
    expect(ids).toEqual(["c1", "c1", "c2", "c2", "c3", "c3"]);
  });

  it("are only those that ask for it", async () => {
    const { tool: alone, most } = pair(false);
    const { say, requests } = await stage({
      ...adding(alone),
      script: [calls(call("pair", {}, "c1"), call("pair", {}, "c2")), text("x")],
    });
    await say("go");
    expect(most()).toBe(1);
    expect(outputs(requests[1])).toEqual(["together", "together"]);
  });

  it("that ended before a stream broke are not run again", async () => {
    const { tool: both } = pair(true);
    const { say, requests } = await stage({
      ...adding(both),
      streamMaxRetries: 1,
      script: [
        [
          call("pair", {}, "c1"),
          call("pair", {}, "c2"),
          { type: "failed", failure: { message: "cut", retryable: true, retryAfterMs: 1 } },
        ],
        text("x"),
      ],
    });
    expect((await say("go")).status).toBe("completed");
    expect(outputs(requests[1])).toEqual(["together", "together"]);
  });

  it("are over when an interrupt is", async () => {
    const signals: AbortSignal[] = [];
    const run = (_: unknown, { signal }: AgentToolCall) => {
      signals.push(signal);
      return new Promise<never>(() => undefined);
    };
    const one = await stage({
      ...adding(tool("waits", { parallel: true, run })),
      script: [hanging(call("waits", {}), { type: "text_delta", delta: "x" }, completed)],
    });
    const said = one.say("go");
    await one.seen("agent_message_delta");
    await one.conversation.interrupt();
    expect(await said).toEqual({ status: "aborted", reason: "interrupted" });
    expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  });
});

describe("sources of tools", () => {
  it("are opened for each conversation and closed with it", async () => {
    const { state, open } = opened([tool("made")]);
    const seen: string[] = [];
    const { conversation, conversations, say, requests } = await stage({
      agentTools: (registry) =>
        registry.addSource({
          name: "test",
          open: ({ id }) => {
            seen.push(id);
            return Promise.resolve(open);
          },
        }),
      script: [calls(call("made", {})), text("x")],
    });
    await say("go");
    expect(seen).toEqual([conversation.id]);
    expect(outputs(requests[1])).toEqual(["made"]);
    await conversations.close();
    expect(state.closed).toBe(1);
  });

  it("that fail are told of after the start, and cost no other", async () => {
    const { conversation, say, requests } = await stage({
      agentTools: (registry) => {
        registry.addSource({ name: "bad", open: () => Promise.reject(new Error("no network")) });
        const doubles = [tool("good"), tool("good"), tool("shell")];
        registry.addSource({
          name: "good",
          open: () => Promise.resolve(opened(doubles, ["half of it"]).open),
        });
      },
      script: [calls(call("good", {})), text("x")],
    });
    const told = conversation.startEvents.map(({ id, msg }) =>
      msg.type === "error" ? `${id}${msg.message}` : msg.type,
    );
    expect(told).toEqual([
      "session_configured",
      "the tools of bad could not be opened: no network",
      "half of it",
      'the agent\'s tool "good" is there twice; the first is kept',
      "the agent's tool \"shell\" is the engine's own",
    ]);
    await say("go");
    expect(outputs(requests[1])).toEqual(["good"]);
  });

  it("whose settings are wrong end the start, and the others are closed", async () => {
    const { state, open } = opened([]);
    const starting = stage({
      agentTools: (registry) => {
        registry.addSource({ name: "good", open: () => Promise.resolve(open) });
        const wrong = new ConversationError("settings", "mcp_servers.x: expected object");
        registry.addSource({ name: "bad", open: () => Promise.reject(wrong) });
      },
    });
    await expect(starting).rejects.toThrow("mcp_servers.x: expected object");
    expect(state.closed).toBe(1);
  });

  it("are closed when the conversation cannot start after all", async () => {
    const { state, open } = opened([]);
    const starting = stage({
      agentTools: (registry) =>
        registry.addSource({ name: "a", open: () => Promise.resolve(open) }),
      config: { experimental_instructions_file: "missing.md" },
    });
    await expect(starting).rejects.toThrow("missing.md");
    expect(state.closed).toBe(1);
  });
});

describe("an agent within agents", () => {
  it.each([["3"], ["0"], [""]])("starts at a depth of %j", async (depth) => {
    const { conversation } = await stage({ env: { PORTICO_DEPTH: depth } });
    expect(conversation.startEvents).toHaveLength(1);
  });

  it("does not start beyond three", async () => {
    await expect(stage({ env: { PORTICO_DEPTH: "4" } })).rejects.toThrow(
      "this agent runs inside of 4 others (PORTICO_DEPTH), more than the 3 allowed",
    );
  });

  it("tells the commands it runs how deep they are", async () => {
    const { say, requests } = await stage({
      env: { PORTICO_DEPTH: "2" },
      script: [calls(shell(["sh", "-c", "echo depth $PORTICO_DEPTH"])), text("x")],
      request: { approvalPolicy: "never", sandbox: "danger-full-access" },
    });
    await say("go");
    expect(outputs(requests[1])[0]).toContain("depth 3");
  });
});
