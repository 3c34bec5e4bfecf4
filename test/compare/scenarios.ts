import { execFileSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Entry } from "../helpers/mock-model.ts";
import type { Driver } from "./driver.ts";

/** Things that a client does; what it sees is kept in the driver. */
export interface Scenario {
  readonly name: string;
  readonly script?: readonly Entry[];
  readonly config?: string;
  run(driver: Driver): Promise<void>;
}

const text = (words: string) => [{ type: "text", data: { text: words } }];
const shell = (command: readonly string[], id = "call_1") => ({
  call: "shell",
  arguments: { command },
  id,
});
const escalated = { with_escalated_permissions: true, justification: "must" };
const patch = shell(["apply_patch", "*** Begin Patch\n*** Add File: a.txt\n+hi\n*** End Patch"]);

async function open(d: Driver, params: object = {}): Promise<{ id: string; path: string }> {
  const result = (await d.reply(d.post("newConversation", params)))?.result ?? {};
  return { id: String(result["conversationId"]), path: String(result["rolloutPath"]) };
}

async function listened(d: Driver, params: object = {}): Promise<{ id: string; path: string }> {
  const conversation = await open(d, params);
  await d.reply(d.post("addConversationListener", { conversationId: conversation.id }));
  return conversation;
}

async function turn(d: Driver, id: string, words: string): Promise<void> {
  const from = d.messages.length;
  await d.reply(d.post("sendUserMessage", { conversationId: id, items: text(words) }));
  await d.event("task_complete", from);
}

function approvals(
  name: string,
  item: Entry,
  method: string,
  answers: readonly object[],
): Scenario[] {
  return answers.map((answer) => ({
    name: `${name} ${JSON.stringify(answer)}`,
    script: [item, "Done."],
    async run(d) {
      const settings = { approvalPolicy: "untrusted", sandbox: "workspace-write" };
      const { id } = await listened(d, settings);
      d.post("sendUserMessage", { conversationId: id, items: text("go") });
      const asked = await d.wait((one) => one.method === method);
      d.note("question", asked?.params);
      const before = d.messages[d.messages.indexOf(asked ?? {}) - 1];
      d.note("message before the question", before?.method);
      d.send({ jsonrpc: "2.0", id: asked?.id, ...answer });
      await d.wait((one) => /task_complete|turn_aborted/.test(one.method ?? ""));
      d.note("events", typesOf(d));
      const input = d.model.requests[1]?.body["input"] as { type?: string; output?: string }[];
      d.note(
        "told",
        input?.find((one) => one.type === "function_call_output")?.output?.slice(0, 40),
      );
    },
  }));
}

/** Types of events; how a text is cut into deltas is not compared. */
function typesOf(d: Driver, from = 0): unknown[] {
  const types = d.events(from).map((msg) => msg["type"]);
  return types.filter(
    (type, index) => type !== types[index - 1] || !String(type).endsWith("_delta"),
  );
}

export const scenarios: readonly Scenario[] = [
  {
    name: "handshake",
    async run(d) {
      await d.ask("again", "initialize", { clientInfo: { name: "a", version: "1" } });
      await d.ask("user agent", "getUserAgent");
      await d.ask("unknown method", "noSuchMethod", {});
      await d.ask("no params", "newConversation");
      await d.ask("list for params", "getUserAgent", []);
      d.write("hello\n[]\n\n{}\n");
      await d.ask("after nonsense", "getUserAgent", null);
      d.write(Uint8Array.of(0x7b, 0xff, 0x7d, 0x0a));
      await d.ask("after a line that is not UTF-8", "getUserAgent");
    },
  },
  {
    name: "opening",
    config: '[profiles.fast]\nmodel = "small"\nmodel_reasoning_effort = "low"',
    async run(d) {
      await d.ask("plain", "newConversation", {});
      await d.ask("the form of August 2025", "newConversation", {
        model: "o3",
        approvalPolicy: "on-request",
      });
      await d.ask("an empty model", "newConversation", { model: "" });
      await d.ask("a profile", "newConversation", { profile: "fast", config: { model: "x" } });
      await d.ask("a null", "newConversation", { config: { model: null } });
      await d.ask("an unknown profile", "newConversation", { profile: "no" });
      await d.ask("an unknown provider", "newConversation", { config: { model_provider: "no" } });
      await d.ask("a bad value", "newConversation", { config: { approval_policy: "no" } });
      await d.ask("a bad word", "newConversation", { sandbox: "no" });
      await d.ask("a missing folder", "newConversation", { cwd: "/no/such" });
      await d.ask("snake case", "newConversation", { approval_policy: 7 });
    },
  },
  {
    name: "turn",
    script: [
      [
        { reasoning: { summary: ["**Look**"] } },
        { message: "I look.", deltas: ["I ", "look."] },
        shell(["ls"]),
      ],
      "Done.",
    ],
    async run(d) {
      writeFileSync(join(d.home.workspace, "a.txt"), "a\n");
      const { id } = await open(d);
      await d.ask("listener", "addConversationListener", { conversationId: id });
      await d.ask("message", "sendUserMessage", { conversationId: id, items: text("hi") });
      await d.event("task_complete");
      d.note("events", typesOf(d));
      const whole = new Set(["exec_command_begin", "exec_command_end", "agent_message"]);
      d.note(
        "whole events",
        d.events().filter(({ type }) => whole.has(String(type))),
      );
      const count = d.events().findLast(({ type }) => type === "token_count");
      d.note("last token_count", count);
      d.note("params", { ...d.messages.at(-1)?.params, msg: "" });
    },
  },
  {
    name: "settings of a turn",
    script: ["one", "two"],
    async run(d) {
      const { id } = await listened(d);
      await d.ask("turn", "sendUserTurn", {
        conversationId: id,
        items: text("a"),
        cwd: d.home.root,
        approvalPolicy: "never",
        sandboxPolicy: { mode: "workspace-write" },
        model: "gpt-5-codex",
        effort: "high",
        summary: "none",
      });
      await d.event("task_complete");
      await turn(d, id, "b");
      for (const { body } of d.model.requests) {
        const { model, reasoning, input } = body;
        d.note(`request ${d.seen.size}`, { model, reasoning });
        const texts = JSON.stringify(input).match(/<cwd>[^<]*<\/cwd>/g);
        d.note(`folders ${d.seen.size}`, texts);
      }
      await d.ask("incomplete", "sendUserTurn", { conversationId: id, items: [] });
    },
  },
  {
    name: "no items",
    async run(d) {
      const { id } = await listened(d);
      await d.ask("message", "sendUserMessage", { conversationId: id, items: [] });
      await d.event("task_complete");
      d.note("events", d.events());
    },
  },
  {
    name: "listeners",
    script: ["one", "two", "three"],
    async run(d) {
      const { id } = await open(d);
      await d.ask("message", "sendUserMessage", { conversationId: id, items: text("a") });
      await d.model.seen(1);
      await d.event("task_complete");
      d.note("without a listener", typesOf(d));
      const result = await d.ask("late", "addConversationListener", { conversationId: id });
      await d.event("task_complete");
      d.note("backlog", typesOf(d));
      await d.ask("second", "addConversationListener", { conversationId: id });
      await d.ask("removed", "removeConversationListener", result);
      await d.ask("removed again", "removeConversationListener", result);
      const from = d.messages.length;
      await turn(d, id, "b");
      d.note("the other one", typesOf(d, from));
      const unknown = "0199ab00-0000-7000-8000-000000000001";
      await d.ask("unknown", "addConversationListener", { conversationId: unknown });
      await d.ask("not an id", "addConversationListener", { conversationId: "x" });
      const spellings = [id.replaceAll("-", ""), `{${id}}`, `urn:uuid:${id.toUpperCase()}`];
      for (const [n, conversationId] of spellings.entries()) {
        await d.ask(`spelling ${n}`, "addConversationListener", { conversationId });
      }
    },
  },
  ...approvals("command", [shell(["mkdir", "made"])], "execCommandApproval", [
    { result: { decision: "approved" } },
    { result: { decision: "approved_for_session" } },
    { result: { decision: "denied" } },
    { result: { decision: "abort" } },
    { result: { decision: "perhaps" } },
    { result: null },
    { error: { code: -32601, message: "no" } },
  ]),
  ...approvals("patch", [patch], "applyPatchApproval", [
    { result: { decision: "approved" } },
    { result: { decision: "denied" } },
    { result: { decision: "abort" } },
  ]),
  {
    name: "escalation",
    script: [[{ ...shell([]), arguments: { command: ["true"], ...escalated } }], "Done."],
    async run(d) {
      const { id } = await listened(d, { approvalPolicy: "on-request" });
      d.post("sendUserMessage", { conversationId: id, items: text("go") });
      const asked = await d.wait((one) => one.method === "execCommandApproval");
      d.note("question", asked?.params);
      d.send({ jsonrpc: "2.0", id: asked?.id, result: { decision: "approved" } });
      await d.event("task_complete");
      d.note("events", typesOf(d));
    },
  },
  {
    name: "pictures",
    script: [[{ call: "view_image", arguments: { path: "a.png" }, id: "call_1" }], "Seen."],
    async run(d) {
      const path = join(d.home.workspace, "a.png");
      writeFileSync(path, Buffer.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a));
      const { id } = await listened(d);
      const image = { type: "image", data: { image_url: "data:image/png;base64,AA" } };
      const items = [image, { type: "localImage", data: { path } }, ...text("see")];
      await d.ask("message", "sendUserMessage", { conversationId: id, items });
      await d.event("task_complete");
      d.note("events", typesOf(d));
      const input = d.model.requests[0]?.body["input"] as unknown[] | undefined;
      d.note("input", input?.at(-1));
    },
  },
  {
    name: "interrupts",
    script: [{ hang: true, items: [{ message: "I", deltas: ["I"] }] }, "Fine."],
    async run(d) {
      const { id } = await listened(d);
      await d.ask("idle", "interruptConversation", { conversationId: id });
      d.post("sendUserMessage", { conversationId: id, items: text("a") });
      await d.event("agent_message");
      await d.ask("running", "interruptConversation", { conversationId: id });
      const event = d.messages.findIndex((one) => one.method === "codex/event/turn_aborted");
      d.note("event first", event !== -1 && event < d.messages.length - 1);
      await turn(d, id, "b");
      d.note("events", typesOf(d));
      const unknown = "0199ab00-0000-7000-8000-000000000001";
      await d.ask("unknown", "interruptConversation", { conversationId: unknown });
    },
  },
  {
    name: "records",
    script: ["one", "two", "three"],
    async run(d) {
      await d.ask("empty list", "listConversations", {});
      const { id, path } = await listened(d);
      await turn(d, id, "hello");
      // The reference writes its record some moments later.
      await new Promise((resolve) => setTimeout(resolve, 300));
      await d.ask("list", "listConversations", {});
      await d.ask("no page", "listConversations", { pageSize: 0 });
      await d.ask("odd cursor", "listConversations", { cursor: "x", pageSize: 1 });
      await d.ask("bad size", "listConversations", { pageSize: -1 });
      const from = d.messages.length;
      await d.ask("resume", "resumeConversation", { path, overrides: { model: "m2" } });
      const told = d.messages.slice(from).find((one) => one.id === undefined);
      d.note("notification", { method: told?.method, params: told?.params });
      await d.ask("missing", "resumeConversation", { path: "/no/such" });
      await d.ask("folder", "resumeConversation", { path: d.home.root });
      writeFileSync(join(d.home.root, "empty"), "");
      await d.ask("empty", "resumeConversation", { path: join(d.home.root, "empty") });
      writeFileSync(join(d.home.root, "other"), "{}\n");
      await d.ask("other", "resumeConversation", { path: join(d.home.root, "other") });
      const outside = join(d.home.root, "empty");
      await d.ask("outside", "archiveConversation", { conversationId: id, rolloutPath: outside });
      const unknown = "0199ab00-0000-7000-8000-000000000001";
      await d.ask("mismatch", "archiveConversation", {
        conversationId: unknown,
        rolloutPath: path,
      });
      await d.ask("archive", "archiveConversation", { conversationId: id, rolloutPath: path });
      await d.ask("list after", "listConversations", {});
      await d.ask("gone", "sendUserMessage", { conversationId: id, items: [] });
    },
  },
  {
    name: "configuration",
    config: `# mine
approval_policy = "never" # quiet
sandbox_mode = "workspace-write"
model_verbosity = "low"
[sandbox_workspace_write]
network_access = true
[tools]
web_search = true
[profiles.fast]
model = "small" # enough`,
    async run(d) {
      const file = join(d.home.home, "config.toml");
      await d.ask("saved", "getUserSavedConfig");
      await d.ask("set", "setDefaultModel", { model: "big", reasoningEffort: "high" });
      d.note("file after set", readFileSync(file, "utf8"));
      await d.ask("saved after set", "getUserSavedConfig");
      await d.ask("clear", "setDefaultModel", {});
      d.note("file after clear", readFileSync(file, "utf8"));
      writeFileSync(file, 'profile = "fast"\n[profiles.fast]\nmodel = "small" # enough\n');
      await d.ask("set with a profile", "setDefaultModel", { model: "tiny" });
      d.note("file with a profile", readFileSync(file, "utf8"));
      writeFileSync(file, "model = ");
      await d.ask("no syntax", "getUserSavedConfig");
      writeFileSync(file, "model = 7");
      await d.ask("another type", "getUserSavedConfig");
    },
  },
  {
    name: "commands",
    async run(d) {
      const sandboxPolicy = { mode: "danger-full-access" };
      const run = (step: string, params: object) =>
        d.ask(step, "execOneOffCommand", { sandboxPolicy, ...params });
      await run("output", { command: ["sh", "-c", "echo o; echo e >&2; exit 3"] });
      await run("no words", { command: [] });
      await run("missing program", { command: ["/no/such"] });
      await run("missing folder", { command: ["pwd"], cwd: "/no/such" });
      await run("signal", { command: ["sh", "-c", "kill -9 $$"] });
      await run("time", { command: ["sleep", "3"], timeoutMs: 100 });
      await run("not UTF-8", { command: ["printf", "\\377"] });
      await run("input", { command: ["cat"] });
      await run("children", { command: ["sh", "-c", "echo; sleep 3"], timeoutMs: 200 });
      await d.ask("sandboxed", "execOneOffCommand", { command: ["echo", "hi"] });
    },
  },
  {
    name: "git",
    async run(d) {
      const { root, workspace } = d.home;
      const git = (...args: string[]) => {
        const who = ["-c", "user.name=t", "-c", "user.email=t@example.org"];
        execFileSync("git", [...who, ...args], { cwd: workspace, stdio: "ignore" });
      };
      await d.ask("no repository", "gitDiffToRemote", { cwd: root });
      execFileSync("git", ["init", "-q", "--bare", "-b", "main", join(root, "origin.git")]);
      git("init", "-q", "-b", "main");
      await d.ask("no commit", "gitDiffToRemote", { cwd: workspace });
      writeFileSync(join(workspace, "a.txt"), "one\n");
      git("add", "-A");
      git("commit", "-q", "-m", "first");
      await d.ask("no remote", "gitDiffToRemote", { cwd: workspace });
      git("remote", "add", "origin", join(root, "origin.git"));
      git("push", "-q", "-u", "origin", "main");
      await d.ask("clean", "gitDiffToRemote", { cwd: workspace });
      writeFileSync(join(workspace, "a.txt"), "two\n");
      mkdirSync(dirname(join(workspace, "sub", "b.txt")));
      writeFileSync(join(workspace, "sub", "b.txt"), "new\n");
      await d.ask("changed", "gitDiffToRemote", { cwd: workspace });
      await d.ask("from a sub folder", "gitDiffToRemote", { cwd: join(workspace, "sub") });
      writeFileSync(join(workspace, "a.txt"), Buffer.of(0xff, 0x0a));
      await d.ask("not UTF-8", "gitDiffToRemote", { cwd: workspace });
    },
  },
];
