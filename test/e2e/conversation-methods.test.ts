import {
  chmodSync,
  lstatSync,
  readFileSync,
  readlinkSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { FrontEnd } from "../helpers/front-end.ts";
import { scenarios, type ScenarioOptions } from "../helpers/scenario.ts";
import { tempFolder } from "../helpers/temp-folder.ts";

const start = scenarios({ script: ["Hello."] });

async function frontEnd(options?: Partial<ScenarioOptions>): Promise<FrontEnd> {
  return new FrontEnd(await start(options));
}

describe("newConversation", () => {
  it("takes the form of August 2025 and gives id, model and record", async () => {
    const front = await frontEnd();
    const params = { model: "o3", approvalPolicy: "on-request" };
    const result = await front.call("newConversation", params);
    expect(result).toEqual({
      conversationId: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/) as string,
      model: "o3",
      rolloutPath: expect.stringContaining(`${front.scenario.home.home}/sessions/`) as string,
    });
    expect(readFileSync(String(result["rolloutPath"]), "utf8")).toContain('"session_meta"');
  });

  it("tells the effort where there is one; null counts as absent, unknown members as nothing", async () => {
    const front = await frontEnd({ config: 'model_reasoning_effort = "low"' });
    const result = await front.call("newConversation", { model: null, approval_policy: 7 });
    expect(result).toMatchObject({ model: "mock-model", reasoningEffort: "low" });
  });

  it.each<[string, object, string]>([
    ["an unknown profile", { profile: "no" }, "config profile `no` not found"],
    ["an unknown provider", { config: { model_provider: "no" } }, "Model provider `no` not found"],
    ["a bad value", { config: { approval_policy: "perhaps" } }, "approval_policy"],
  ])("refuses %s", async (_, params, text) => {
    const front = await frontEnd();
    const { code, message } = await front.fails("newConversation", params);
    expect(code).toBe(-32600);
    expect(message).toMatch(/^error deriving config: /);
    expect(message).toContain(text);
  });

  it("takes a folder that is not there yet", async () => {
    const front = await frontEnd();
    const { id: conversationId } = await front.open({ cwd: "/no/such" });
    await front.listen(conversationId);
    await front.say(conversationId, "hi");
    expect(await front.event("task_complete")).toMatchObject({ last_agent_message: "Hello." });
  });

  it("D12: knows the options of the start, and so does the saved configuration", async () => {
    const front = await frontEnd({ args: ["-c", "model=from-start"] });
    expect(await front.call("newConversation", {})).toMatchObject({ model: "from-start" });
    const { config } = await front.call("getUserSavedConfig");
    expect(config).toMatchObject({ model: "from-start" });
  });

  it("answers several at once in the order asked, with whatever is asked between", async () => {
    const front = await frontEnd();
    const methods = ["newConversation", "getUserAgent", "newConversation", "listConversations"];
    const asked = methods.map((method) => front.peer.post(method, {}));
    await Promise.all(asked.map((each) => front.peer.answer(each)));
    const order = front.peer.messages.filter(
      (one) => !one.method && asked.includes(Number(one.id)),
    );
    expect(order.map(({ id }) => id)).toEqual(asked);
  });
});

const id = "0199ab00-0000-7000-8000-000000000001";

describe("ids", () => {
  it.each([
    ["upper case", (each: string) => each.toUpperCase()],
    ["no hyphens", (each: string) => each.replaceAll("-", "")],
    ["braces", (each: string) => `{${each}}`],
    ["a URN", (each: string) => `urn:uuid:${each}`],
  ])("may be written with %s", async (_, write) => {
    const front = await frontEnd();
    const { id: conversationId } = await front.open();
    const subscriptionId = await front.listen(write(conversationId));
    const params = { subscriptionId: write(subscriptionId) };
    expect(await front.call("removeConversationListener", params)).toEqual({});
  });

  it("of requests come back with their type", async () => {
    const front = await frontEnd();
    for (const requestId of ["", "a", 1000, -5, 2 ** 40]) {
      front.peer.send({ id: requestId, method: "getUserAgent", params: null });
      expect((await front.peer.answer(requestId)).result).toHaveProperty("userAgent");
    }
  });
});

describe("D1: a request that makes no sense", () => {
  it.each<[string, string, unknown, number, object | undefined]>([
    ["an unknown method", "noSuchMethod", {}, -32601, { method: "noSuchMethod" }],
    ["params that are a list", "getAuthStatus", [1], -32602, [{ path: "" }]],
    ["a missing member", "sendUserMessage", { items: [] }, -32602, [{ path: "conversationId" }]],
    ["an id that is none", "interruptConversation", { conversationId: "x" }, -32602, undefined],
    ["an unknown word", "newConversation", { sandbox: "none" }, -32602, [{ path: "sandbox" }]],
    ["a wrong type", "listConversations", { pageSize: -1 }, -32602, [{ path: "pageSize" }]],
    ["a text for params", "listConversations", "x", -32602, undefined],
    [
      "an item of no known type",
      "sendUserMessage",
      { conversationId: id, items: [{ type: "sound", data: {} }] },
      -32602,
      [{ path: "items[0].type" }],
    ],
  ])("%s is answered by name", async (_, method, params, code, data) => {
    const front = await frontEnd();
    front.peer.send({ id: "q", method, params });
    const { error } = await front.peer.answer("q");
    expect(error?.code).toBe(code);
    if (data !== undefined) expect(error?.data).toMatchObject(data);
  });

  it("D2: nor does a line that is not UTF-8 end the server", async () => {
    const front = await frontEnd();
    front.peer.write(Uint8Array.of(0x7b, 0xff, 0x7d, 0x0a));
    expect(await front.call("getUserAgent")).toHaveProperty("userAgent");
  });
});

describe("a line without the member jsonrpc", () => {
  it("is served for this API, from the handshake on", async () => {
    const front = await frontEnd();
    front.peer.send({ id: 99, method: "newConversation", params: {} });
    expect((await front.peer.answer(99)).result).toHaveProperty("conversationId");
    front.peer.send({ jsonrpc: "1.0", id: 98, method: "getUserAgent", params: [] });
    expect((await front.peer.answer(98)).jsonrpc).toBe("2.0");
  });
});

describe("getUserAgent", () => {
  it("names server, system, terminal and client, as the handshake does", async () => {
    const env = {
      CODEX_INTERNAL_ORIGINATOR_OVERRIDE: "my_édition",
      TERM_PROGRAM: "probe",
      TERM_PROGRAM_VERSION: "9.9",
    };
    const front = await frontEnd({ env });
    const { userAgent } = await front.call("getUserAgent");
    expect(userAgent).toMatch(
      /^my__dition\/\S+ \(\S.* \S+; \S+\) probe\/9\.9 \(test-client; 1\.0\.0\)$/,
    );
    const greeting = front.peer.messages[0];
    expect(greeting?.result).toMatchObject({ serverInfo: { user_agent: userAgent } });
  });
});

const settings = `# mine
approval_policy = "never" # quiet
sandbox_mode = "workspace-write"
model_verbosity = "low"
[sandbox_workspace_write]
network_access = true
[tools]
web_search = true
[profiles.fast]
model = "small" # enough
`;

describe("the saved configuration", () => {
  it("is shown in the words of the wire, absent where not set, null in profiles", async () => {
    const front = await frontEnd();
    writeFileSync(join(front.scenario.home.home, "config.toml"), settings);
    const expected = {
      config: {
        approvalPolicy: "never",
        sandboxMode: "workspace-write",
        sandboxSettings: {
          writableRoots: [],
          networkAccess: true,
          excludeTmpdirEnvVar: false,
          excludeSlashTmp: false,
        },
        modelVerbosity: "low",
        tools: { webSearch: true },
        profiles: {
          fast: {
            model: "small",
            modelProvider: null,
            approvalPolicy: null,
            modelReasoningEffort: null,
            modelReasoningSummary: null,
            modelVerbosity: null,
            chatgptBaseUrl: null,
          },
        },
      },
    };
    expect(await front.call("getUserSavedConfig")).toEqual(expected);
    expect(await front.call("getConfigToml")).toEqual(expected);
  });

  it.each([
    ["no syntax", "model = ", /^failed to load config\.toml: /],
    ["another type", "model = 7", /^failed to parse config\.toml: .*model/],
  ])("is refused for %s", async (_, text, message) => {
    const front = await frontEnd();
    writeFileSync(join(front.scenario.home.home, "config.toml"), text);
    const error = await front.fails("getUserSavedConfig");
    expect(error.code).toBe(-32603);
    expect(error.message).toMatch(message);
  });
});

describe("setDefaultModel", () => {
  it("D18: writes two keys and keeps everything else: comments, mode and a link", async () => {
    const front = await frontEnd();
    const file = join(front.scenario.home.home, "config.toml");
    const real = join(front.scenario.home.root, "real.toml");
    writeFileSync(file, settings);
    renameSync(file, real);
    symlinkSync(real, file);
    chmodSync(real, 0o640);
    await front.call("setDefaultModel", { model: "big", reasoningEffort: "high" });
    expect(readFileSync(file, "utf8")).toBe(
      settings.replace(
        'model_verbosity = "low"\n',
        'model_verbosity = "low"\nmodel = "big"\nmodel_reasoning_effort = "high"\n',
      ),
    );
    expect([lstatSync(file).isSymbolicLink(), readlinkSync(file)]).toEqual([true, real]);
    expect(statSync(real).mode & 0o777).toBe(0o640);
    const { config } = await front.call("getUserSavedConfig");
    expect(config).toMatchObject({ model: "big", modelReasoningEffort: "high" });
    await front.call("setDefaultModel", { model: null });
    expect(readFileSync(file, "utf8")).toBe(settings);
  });

  it("removes both keys when it says nothing, but not when it has no params at all", async () => {
    const front = await frontEnd();
    const file = join(front.scenario.home.home, "config.toml");
    writeFileSync(file, settings);
    await front.call("setDefaultModel", { model: "big", reasoningEffort: "high" });
    const written = readFileSync(file, "utf8");
    expect((await front.fails("setDefaultModel")).code).toBe(-32602);
    expect(readFileSync(file, "utf8")).toBe(written);
    await front.call("setDefaultModel", {});
    expect(readFileSync(file, "utf8")).toBe(settings);
  });

  it("writes into the active profile; the next conversation uses it", async () => {
    const front = await frontEnd({ config: 'profile = "fast"\n[profiles.fast]\nmodel = "small"' });
    const file = join(front.scenario.home.home, "config.toml");
    await front.call("setDefaultModel", { model: "tiny", reasoningEffort: "minimal" });
    const text = readFileSync(file, "utf8");
    expect(text).toContain('[profiles.fast]\nmodel = "tiny"\nmodel_reasoning_effort = "minimal"\n');
    expect(text).toContain('model = "mock-model"');
    expect(await front.call("newConversation", {})).toMatchObject({
      model: "tiny",
      reasoningEffort: "minimal",
    });
  });
});

describe("execOneOffCommand", () => {
  it.each<[string, object, object]>([
    [
      "gives code and output",
      { command: ["sh", "-c", "echo o; echo e >&2; exit 3"] },
      { exitCode: 3, stdout: "o\n", stderr: "e\n" },
    ],
    [
      "has no input and no secrets",
      { command: ["sh", "-c", "cat; echo $MY_TOKEN."] },
      { stdout: ".\n" },
    ],
    ["replaces what is not UTF-8", { command: ["printf", "\\377"] }, { stdout: "\uFFFD" }],
    [
      "D11: runs in the sandbox unless told otherwise",
      { command: ["sh", "-c", "echo x > a.txt || echo no"] },
      { stdout: "no\n" },
    ],
    [
      "runs as the policy says",
      {
        command: ["sh", "-c", "echo x > a.txt && echo yes"],
        sandboxPolicy: { mode: "workspace-write", writableRoots: null },
      },
      { stdout: "yes\n" },
    ],
  ])("%s", async (_, params, result) => {
    const front = await frontEnd({ env: { MY_TOKEN: "secret" } });
    expect(await front.call("execOneOffCommand", params)).toMatchObject(result);
  });

  it("does not cut a million bytes of output", async () => {
    const front = await frontEnd();
    const command = ["sh", "-c", "yes | head -c 1300000"];
    const { stdout } = await front.call("execOneOffCommand", { command });
    expect(String(stdout)).toHaveLength(1_300_000);
  });

  it.each<[string, object, number, string]>([
    ["no words", { command: [] }, -32600, "command must not be empty"],
    [
      "a missing program",
      { command: ["/no/such"] },
      -32603,
      "exec failed: No such file or directory (os error 2)",
    ],
    [
      "a missing folder",
      { command: ["ls"], cwd: "/no/such" },
      -32603,
      "exec failed: No such file or directory (os error 2)",
    ],
    [
      "no time",
      { command: ["ls"], timeoutMs: 0 },
      -32603,
      "exec failed: sandbox error: command timed out",
    ],
    [
      "a signal",
      { command: ["sh", "-c", "kill -9 $$"], sandboxPolicy: { mode: "danger-full-access" } },
      -32603,
      "exec failed: sandbox error: command was killed by a signal",
    ],
  ])("refuses %s", async (_, params, code, message) => {
    const front = await frontEnd();
    expect(await front.fails("execOneOffCommand", params)).toMatchObject({ code, message });
  });

  it("D21: ends with its time, whatever it started; quicker requests overtake it", async () => {
    const front = await frontEnd();
    const command = ["sh", "-c", "sleep 600 & echo; sleep 600"];
    const slow = front.peer.post("execOneOffCommand", { command, timeoutMs: 400 });
    const quick = front.peer.post("execOneOffCommand", { command: ["true"] });
    expect((await front.peer.answer(slow)).error?.message).toMatch(/timed out$/);
    const order = front.peer.messages.filter((one) => one.id === slow || one.id === quick);
    expect(order.map((one) => one.id)).toEqual([quick, slow]);
  });

  it("D21: does not wait for a grandchild that holds the pipe", async () => {
    const front = await frontEnd();
    const command = ["sh", "-c", "sleep 600 & echo done"];
    const params = { command, timeoutMs: 60_000 };
    expect(await front.call("execOneOffCommand", params)).toMatchObject({ stdout: "done\n" });
  });
});

describe("D13: gitDiffToRemote", () => {
  it("runs in the background: requests behind it are answered while git is slow", async () => {
    const slow = tempFolder();
    writeFileSync(join(slow, "git"), "#!/bin/sh\nexec sleep 600\n", { mode: 0o755 });
    const front = await frontEnd({ env: { PATH: `${slow}:${process.env["PATH"]}` } });
    const asked = front.peer.post("gitDiffToRemote", { cwd: front.scenario.home.workspace });
    await front.call("newConversation", {});
    await front.call("getUserSavedConfig");
    expect(front.peer.messages.some(({ id: answered }) => answered === asked)).toBe(false);
    front.peer.notify("notifications/cancelled", { requestId: asked });
    expect((await front.peer.end()).code).toBe(0);
  });
});

describe("the plugin", () => {
  it("can be switched off: its methods are unknown then", async () => {
    const front = await frontEnd({ plugins: { conversation: false } });
    expect((await front.fails("newConversation", {})).code).toBe(-32601);
    expect((await front.peer.request("tools/list")).result).toHaveProperty("tools");
  });

  it("refuses an option it does not know", async () => {
    const started = start({ plugins: { conversation: { profil: "x" } } });
    await expect(started).rejects.toThrow(/unknown option "profil"/);
  });
});
