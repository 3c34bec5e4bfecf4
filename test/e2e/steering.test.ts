import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { SeenRequest } from "../helpers/mock-model.ts";
import type { PeerProcess } from "../helpers/peer-process.ts";
import { scenarios, shellCall, structuredOf, type Scenario } from "../helpers/scenario.ts";

const plugin = fileURLToPath(new URL("../fixtures/steering.ts", import.meta.url));
const start = scenarios({ script: [], plugins: { [plugin]: true } });
const free = { sandbox: "danger-full-access", "approval-policy": "never" };

/** The texts of a request, without the environment that every conversation opens with. */
function words({ body }: SeenRequest): string[] {
  const input = body["input"] as { content?: { text?: string }[] }[];
  return input.slice(1).flatMap(({ content }) => content?.map(({ text }) => text ?? "") ?? []);
}

async function idOf(peer: PeerProcess): Promise<string> {
  return String((await peer.event("session_configured"))["session_id"]);
}

function records({ home }: Scenario): string[] {
  const folder = join(home.home, "sessions");
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" });
  return files.filter((name) => name.endsWith(".jsonl")).map((name) => join(folder, name));
}

describe("a message that comes while a turn runs", () => {
  it("acceptance 16: reaches the model once, in the next request of the turn", async () => {
    const script = [[shellCall(["bash", "-c", "until [ -e go ]; do sleep 0.01; done"])], "done"];
    const { peer, codex, model, home } = await start({ script });
    const call = codex({ prompt: "work", ...free });
    await peer.event("exec_command_begin");
    const sent = peer.post("steering/send", { id: await idOf(peer), text: "faster", join: true });
    // Answers keep the order of what was asked, so this one says that the message is in.
    await peer.request("ping");
    await peer.request("steering/run", {
      command: ["touch", "go"],
      cwd: home.workspace,
      sandboxPolicy: { mode: "danger-full-access" },
    });
    expect((await peer.answer(sent)).result).toEqual({
      status: "completed",
      lastAgentMessage: "done",
    });
    expect(structuredOf(await peer.answer(call))["content"]).toBe("done");
    expect(model.requests).toHaveLength(2);
    expect(model.requests.slice(1).map(words)).toEqual([["work", "faster"]]);
  });

  it("acceptance 16: is not lost when it comes during the last answer", async () => {
    const end = Promise.withResolvers<void>();
    const script = [{ items: [{ message: "one" }], beforeEnd: end.promise }, "two"];
    const { peer, codex, model } = await start({ script });
    const call = codex({ prompt: "work" });
    await peer.event("agent_message");
    const sent = peer.post("steering/send", { id: await idOf(peer), text: "and", join: true });
    await peer.request("ping");
    end.resolve();
    expect(structuredOf(await peer.answer(call))["content"]).toBe("two");
    expect((await peer.answer(sent)).result).toMatchObject({ lastAgentMessage: "two" });
    expect(model.requests.slice(1).map(words)).toEqual([["work", "one", "and"]]);
  });

  it("acceptance 16: is in the record, with the end of the turn, when the input ends", async () => {
    const at = await start({ script: [{ hang: true, items: [{ message: "x" }] }] });
    const { peer, codex } = at;
    codex({ prompt: "work" });
    await peer.event("agent_message");
    peer.post("steering/send", { id: await idOf(peer), text: "and", join: true });
    await peer.request("ping");
    expect(await peer.end()).toMatchObject({ code: 0 });
    const [record = ""] = records(at).map((path) => readFileSync(path, "utf8"));
    const types = record
      .split("\n")
      .flatMap((line) => /"type":"(user_message|turn_aborted)"/.exec(line)?.[1] ?? []);
    expect(types).toEqual(["user_message", "user_message", "turn_aborted"]);
  });
});

describe("settings that come with a message", () => {
  it("acceptance 7: hold from then on, also in another server, and the model is told", async () => {
    const call = shellCall(["bash", "-c", "pwd; touch made"]);
    const script = ["one", [call], "two", [call], "three", "four"];
    const { peer, codex, model, home } = await start({ script });
    const sub = join(home.workspace, "sub");
    mkdirSync(sub);
    await peer.answer(codex({ prompt: "first" }));
    const id = await idOf(peer);
    const overrides = {
      cwd: sub,
      approvalPolicy: "never",
      sandboxPolicy: { mode: "danger-full-access" },
      model: "other-model",
      effort: "high",
      summary: "none",
    };
    await peer.request("steering/send", { id, text: "second", overrides });
    expect(existsSync(join(sub, "made"))).toBe(true);
    const [first, second] = model.requests;
    expect(words(second as SeenRequest).slice(2)).toEqual([
      expect.stringContaining(`<cwd>${sub}</cwd>\n  <approval_policy>never<`),
      "second",
    ]);
    expect(second?.body["model"]).toBe("other-model");
    expect(second?.body["tools"]).toEqual(first?.body["tools"]);
    expect(second?.body["prompt_cache_key"]).toBe(first?.body["prompt_cache_key"]);
    await peer.end();

    const { peer: again } = await start({ env: { CODEX_HOME: home.home } });
    const resumed = await again.request("steering/resume", { id });
    expect(resumed.result).toEqual({ id, cwd: sub, model: "other-model", effort: "high" });
    await again.request("steering/send", { id, text: "third" });
    const third = model.requests[3];
    expect(words(third as SeenRequest).filter((text) => text.includes("<cwd>"))).toHaveLength(1);
    expect(JSON.stringify(third?.body["input"])).toContain(sub);
  });

  it("are refused by name above the operator's ceiling, and change nothing", async () => {
    const config = '[requirements]\napproval_policies = ["on-request"]';
    const { peer, codex, model } = await start({ config, script: ["one", "two"] });
    await peer.answer(codex({ prompt: "first" }));
    const id = await idOf(peer);
    const overrides = { approvalPolicy: "never" };
    const refused = await peer.request("steering/send", { id, text: "second", overrides });
    expect(refused.result).toMatchObject({ status: "failed" });
    expect(String(refused.result?.["message"])).toContain(
      'approval policy "never" is above [requirements].approval_policies (on-request)',
    );
    await peer.request("steering/send", { id, text: "third" });
    expect(model.requests.slice(1).map(words)).toEqual([["first", "one", "third"]]);
  });
});

describe("a single command", () => {
  it("acceptance 22: runs in the sandbox of the settings, and with the policy it asks for", async () => {
    const { peer, home } = await start();
    const request = { command: ["bash", "-c", "echo out; echo err >&2; touch made"] };
    const { result } = await peer.request("steering/run", { ...request, cwd: home.workspace });
    expect(result).toMatchObject({ stdout: "out\n", exitCode: 1 });
    expect(existsSync(join(home.workspace, "made"))).toBe(false);
    const writing = {
      mode: "workspace-write",
      network_access: false,
      exclude_tmpdir_env_var: true,
      exclude_slash_tmp: true,
    };
    const more = { cwd: home.workspace, sandboxPolicy: writing };
    expect((await peer.request("steering/run", { ...request, ...more })).result).toMatchObject({
      exitCode: 0,
    });
    expect(existsSync(join(home.workspace, "made"))).toBe(true);
  });

  it("is ended at its time limit", async () => {
    const { peer } = await start();
    const request = { command: ["sleep", "60"], timeoutMs: 100 };
    expect((await peer.request("steering/run", request)).result).toEqual({
      problem: "command timed out after 100 milliseconds",
    });
  });
});

it("acceptance 26: a plugin has a conversation compacted", async () => {
  const { peer, codex, model } = await start({ script: ["one", "the summary", "two"] });
  await peer.answer(codex({ prompt: "first" }));
  const id = await idOf(peer);
  const compacted = await peer.request("steering/compact", { id });
  expect(compacted.result).toEqual({ status: "completed", lastAgentMessage: null });
  await peer.request("steering/send", { id, text: "second" });
  const [asking, after] = model.requests.slice(1);
  expect(asking?.body["tools"]).toEqual([]);
  expect(words(after as SeenRequest)).toEqual([
    expect.stringMatching(/first[^]*the summary/),
    "second",
  ]);
});
