import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { JsonObject, SandboxPolicy, TurnOverrides } from "../../../core/index.ts";
import {
  calls,
  engine,
  hanging,
  order,
  outputs,
  scriptedModel,
  shell,
  stage,
  started,
  text,
  wordsIn,
  type Stage,
  type StageOptions,
} from "./stage.ts";

const writing: SandboxPolicy = {
  mode: "workspace-write",
  writable_roots: ["/srv"],
  network_access: true,
  exclude_tmpdir_env_var: false,
  exclude_slash_tmp: false,
};

function turnContexts(at: Stage): JsonObject[] {
  return readFileSync(at.conversation.path, "utf8")
    .split("\n")
    .filter((line) => line.includes('"turn_context"'))
    .map((line) => (JSON.parse(line) as { payload: JsonObject }).payload);
}

/** The same conversation in another process, and one turn of it. */
async function resumed(at: Stage, options: StageOptions, request: object = {}) {
  await at.conversations.close();
  const model = scriptedModel({ script: [text("later")], ...options });
  const conversations = engine(options, { place: at, model, complaints: [] });
  const conversation = await conversations.resume({ id: at.conversation.id, ...request });
  const approve = () => Promise.reject(new Error("nobody expected a question"));
  const items = [{ type: "text", text: "later" }] as const;
  await conversation.submit({ items, approve }).outcome;
  await conversations.close();
  return { conversation, request: model.requests.at(-1) };
}

describe("overrides of a turn", () => {
  it("acceptance 7: tell the model where it works now, in full, before the person's words", async () => {
    const at = await stage({ script: [text("one"), text("two"), text("three")] });
    mkdirSync(join(at.workspace, "sub"));
    await at.say("first");
    await at.say("second", {
      overrides: { cwd: "sub", approvalPolicy: "never", sandboxPolicy: writing },
    });
    expect(wordsIn(at.requests[1]).slice(3)).toEqual([
      [
        "<environment_context>",
        `  <cwd>${join(at.workspace, "sub")}</cwd>`,
        "  <approval_policy>never</approval_policy>",
        "  <sandbox_mode>workspace-write</sandbox_mode>",
        "  <network_access>enabled</network_access>",
        "  <writable_roots>",
        "    <root>/srv</root>",
        "  </writable_roots>",
        "</environment_context>",
      ].join("\n"),
      "second",
    ]);
    expect(at.conversation.cwd).toBe(join(at.workspace, "sub"));
    await at.say("third");
    expect(wordsIn(at.requests[2]).slice(-2)).toEqual(["two", "third"]);
  });

  it("acceptance 5: keep every request an extension of the one before, with the same tools", async () => {
    const at = await stage({ script: [text("one"), text("two"), text("three")] });
    await at.say("first");
    await at.say("second", { overrides: { sandboxPolicy: writing, effort: "low" } });
    await at.say("third", { overrides: { approvalPolicy: "never", summary: "none" } });
    for (const [at1, request] of at.requests.slice(1).entries()) {
      const before = at.requests[at1];
      expect(request.tools).toEqual(before?.tools);
      expect(request.instructions).toBe(before?.instructions);
      const prefix = JSON.stringify(before?.input).slice(0, -1);
      expect(JSON.stringify(request.input).startsWith(prefix)).toBe(true);
    }
  });

  it("acceptance 7: add nothing to the input when they change nothing there", async () => {
    const at = await stage({ script: [text("one"), text("two")] });
    await at.say("first");
    const same: TurnOverrides = {
      cwd: at.workspace,
      approvalPolicy: "on-request",
      sandboxPolicy: { mode: "read-only" },
      model: "scripted",
      summary: "auto",
      effort: null,
    };
    await at.say("second", { overrides: same });
    expect(wordsIn(at.requests[1]).slice(1)).toEqual(["first", "one", "second"]);
  });

  it("hold for commands of this turn and later ones", async () => {
    const at = await stage({
      script: [calls(shell(["pwd"])), text("x"), calls(shell(["pwd"])), text("y")],
    });
    const sub = join(at.workspace, "sub");
    mkdirSync(sub);
    const sandboxPolicy = { mode: "danger-full-access" } as const;
    await at.say("first", { overrides: { cwd: sub, sandboxPolicy, approvalPolicy: "never" } });
    await at.say("second");
    expect(outputs(at.requests[3]).map((output) => output.includes(sub))).toEqual([true, true]);
  });

  it("are in the context of each turn that the record keeps", async () => {
    const at = await stage({
      otherModels: { other: {} },
      script: [text("one"), text("two"), text("three")],
    });
    await at.say("first");
    await at.say("second", {
      overrides: { model: "other", effort: "high", summary: "concise", sandboxPolicy: writing },
    });
    await at.say("third", { overrides: { effort: null } });
    expect(turnContexts(at)).toMatchObject([
      { model: "scripted", summary: "auto", sandbox_policy: { mode: "read-only" } },
      { model: "other", effort: "high", summary: "concise", sandbox_policy: writing },
      { model: "other", summary: "concise", sandbox_policy: writing },
    ]);
    expect(turnContexts(at)[2]).not.toHaveProperty("effort");
    expect(at.requests.map(({ effort }) => effort)).toEqual([undefined, "high", undefined]);
  });

  it("start with their own turn, not with the one that runs", async () => {
    const at = await stage({ script: [hanging(started), text("two")] });
    const first = at.say("first");
    await at.seen("token_count");
    const second = at.say("second", { overrides: { approvalPolicy: "never" } });
    expect(at.conversation.cwd).toBe(at.workspace);
    await at.conversation.interrupt();
    await first;
    await second;
    expect(turnContexts(at).map((one) => one["approval_policy"])).toEqual(["on-request", "never"]);
  });

  it.each<[string, TurnOverrides, string[]]>([
    ["of a policy", { approvalPolicy: "never" }, ["  <approval_policy>never</approval_policy>"]],
    [
      "of a sandbox",
      { sandboxPolicy: writing },
      [
        "  <sandbox_mode>workspace-write</sandbox_mode>",
        "  <network_access>enabled</network_access>",
        "  <writable_roots>",
        "    <root>/srv</root>",
        "  </writable_roots>",
      ],
    ],
  ])(
    "acceptance 7: without a message tell the model at once, and only %s",
    async (_, overrides, lines) => {
      const at = await stage({ script: [text("one"), text("two")] });
      await at.say("", { items: [], overrides });
      expect(at.requests).toEqual([]);
      expect(order(at.events)).toEqual(["task_complete"]);
      await at.say("first");
      await at.say("second", { overrides });
      expect(wordsIn(at.requests[1]).slice(1)).toEqual([
        ["<environment_context>", ...lines, "</environment_context>"].join("\n"),
        "first",
        "one",
        "second",
      ]);
    },
  );

  it("acceptance 7: without a message tell nothing of model and effort, nor of what stays", async () => {
    const at = await stage({ otherModels: { other: {} }, script: [text("one")] });
    const overrides = { model: "other", effort: "low", approvalPolicy: "on-request" } as const;
    await at.say("", { items: [], overrides });
    expect(at.conversation).toMatchObject({ model: "other", effort: "low" });
    await at.say("first");
    expect(wordsIn(at.requests[0]).slice(1)).toEqual(["first"]);
  });

  it("acceptance 7: that take a part back are told in full with the next words", async () => {
    const at = await stage({ script: [text("one"), text("two")] });
    await at.say("", { items: [], overrides: { sandboxPolicy: writing } });
    await at.say("first", { overrides: { sandboxPolicy: { mode: "read-only" } } });
    const [, partial, full] = wordsIn(at.requests[0]);
    expect(partial).not.toContain("<cwd>");
    expect(full).toMatch(/<cwd>[^]*<sandbox_mode>read-only<[^]*restricted/);
    await at.say("second");
    expect(wordsIn(at.requests[1]).slice(-3)).toEqual(["first", "one", "second"]);
  });
});

describe("another model", () => {
  const otherModels = { plain: { patchManual: true, contextWindow: 5 } };

  it("comes with its tools, instructions and window", async () => {
    const at = await stage({
      otherModels: { gpt: { patchTool: "function", patchManual: true, contextWindow: 5 } },
      script: [text("one"), text("two")],
    });
    await at.say("first");
    await at.say("second", { overrides: { model: "gpt" } });
    expect(at.conversation.model).toBe("gpt");
    const [before, after] = at.requests.map(({ tools }) => JSON.stringify(tools));
    expect(before).not.toContain("apply_patch");
    expect(after).toContain("apply_patch");
    expect(at.events.findLast(({ msg }) => msg.type === "task_started")?.msg).toEqual({
      type: "task_started",
      model_context_window: 5,
    });
    const counted = at.events.findLast(({ msg }) => msg.type === "token_count")?.msg;
    expect(counted).toMatchObject({ info: { model_context_window: 5 } });
  });

  it("gets the patch manual where it needs it", async () => {
    const at = await stage({ otherModels, script: [text("one"), text("two")] });
    await at.say("first");
    await at.say("second", { overrides: { model: "plain" } });
    const [before, after] = at.requests.map(({ instructions }) => instructions);
    expect(before).not.toContain("*** Begin Patch");
    expect(after?.startsWith(`${before}\n`)).toBe(true);
    expect(after).toContain("*** Begin Patch");
  });

  it("leaves instructions that were given as they are", async () => {
    const at = await stage({
      otherModels,
      request: { baseInstructions: "base" },
      script: [text("one"), text("two")],
    });
    await at.say("first");
    await at.say("second", { overrides: { model: "plain" } });
    expect(at.requests.map(({ instructions }) => instructions)).toEqual(["base", "base"]);
  });
});

describe("overrides that cannot be had", () => {
  const ceiling = {
    requirements: {
      sandbox_modes: ["read-only", "workspace-write"],
      approval_policies: ["on-request", "untrusted"],
      network_access: false,
    },
  };

  it.each<[string, TurnOverrides, RegExp]>([
    ["a folder that is not there", { cwd: "/nowhere/at/all" }, /folder "\/nowhere\/at\/all"/],
    ["an unknown model", { model: "ghost" }, /unknown model: "ghost"/],
    ["a policy above the ceiling", { approvalPolicy: "never" }, /approval policy "never" is above/],
    [
      "a sandbox above the ceiling",
      { sandboxPolicy: { mode: "danger-full-access" } },
      /sandbox "danger-full-access" is above \[requirements\]\.sandbox_modes/,
    ],
    ["a network above the ceiling", { sandboxPolicy: writing }, /network_access = true is above/],
  ])("fail the turn by name and change nothing: %s", async (_, refused, why) => {
    const at = await stage({ config: ceiling, script: [text("one")] });
    const overrides = { effort: "high" as const, ...refused };
    const outcome = await at.say("first", { overrides });
    expect(outcome.status === "failed" && outcome.message).toMatch(why);
    expect(order(at.events)).toEqual(["error", "task_complete"]);
    expect(at.requests).toEqual([]);
    expect(at.conversation).toMatchObject({ cwd: at.workspace, model: "scripted" });
    await at.say("second");
    expect(wordsIn(at.requests[0]).slice(1)).toEqual(["second"]);
    expect(at.requests[0]?.effort).toBeUndefined();
    expect(turnContexts(at)).toMatchObject([{ approval_policy: "on-request" }]);
  });
});

describe("a resume", () => {
  it("goes on as the last turn left it", async () => {
    const options = { otherModels: { other: {} }, script: [text("one")] };
    const at = await stage(options);
    const sub = join(at.workspace, "sub");
    mkdirSync(sub);
    const overrides = {
      cwd: "sub",
      approvalPolicy: "never",
      sandboxPolicy: writing,
      model: "other",
      effort: "high",
      summary: "none",
    } as const;
    await at.say("first", { overrides });
    const { conversation, request } = await resumed(at, options);
    expect(conversation).toMatchObject({ cwd: sub, model: "other", effort: "high" });
    expect(request).toMatchObject({ effort: "high", summary: "none" });
    expect(turnContexts(at).at(-1)).toEqual(turnContexts(at)[0]);
    const prefix = JSON.stringify(at.requests[0]?.input).slice(0, -1);
    expect(JSON.stringify(request?.input).startsWith(prefix)).toBe(true);
    expect(wordsIn(request).filter((one) => one.startsWith("<env"))).toHaveLength(2);
  });

  it("beats it where it says something, tells the model, and stays so", async () => {
    const options = { otherModels: { other: {}, third: {} }, script: [text("one")] };
    const at = await stage(options);
    const overrides = { approvalPolicy: "never", model: "other", effort: "high" } as const;
    await at.say("first", { overrides });
    const request = { approvalPolicy: "untrusted", model: "third" };
    const first = await resumed(at, options, request);
    expect(first.conversation).toMatchObject({ model: "third", effort: "high" });
    expect(wordsIn(first.request).at(-2)).toContain("<approval_policy>untrusted<");
    const second = await resumed(at, options);
    expect(second.conversation).toMatchObject({ model: "third", effort: "high" });
    expect(wordsIn(second.request).slice(-2)).toEqual(["one", "later"]);
  });

  it.each<[string, object, object]>([
    ["nothing", {}, { model: "other", effort: "high", summary: "none" }],
    ["a model", { model: "third" }, { model: "third", effort: "high", summary: "none" }],
    ["an effort", { config: { model_reasoning_effort: "low" } }, { effort: "low" }],
    ["a profile", { profile: "p" }, { model: "scripted", effort: undefined, summary: "auto" }],
  ])("keeps what it says nothing about: %s", async (_, request, expected) => {
    const options = { otherModels: { other: {}, third: {} }, script: [text("one")] };
    const at = await stage(options);
    const overrides = { model: "other", effort: "high", summary: "none" } as const;
    await at.say("first", { overrides });
    const again = await resumed(at, options, request);
    const { model, effort } = again.conversation;
    expect({ model, effort, summary: again.request?.summary }).toMatchObject(expected);
  });

  it("is refused when the ceiling has come down since", async () => {
    const at = await stage({ script: [text("one")] });
    await at.say("first", { overrides: { approvalPolicy: "never" } });
    const config = { requirements: { approval_policies: ["on-request"] } };
    await expect(resumed(at, { config })).rejects.toThrow(/approval policy "never" is above/);
  });
});
