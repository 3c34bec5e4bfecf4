import { existsSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { EventOf } from "../../../../core/index.ts";
import { rolloutPath } from "../../../../plugins/engine/rollout/path.ts";
import {
  calls,
  fail,
  folders,
  hanging,
  shell,
  stage,
  started,
  text,
  write,
  type Stage,
} from "../stage.ts";

interface Line {
  timestamp: string;
  type: string;
  payload: Record<string, unknown>;
}

function pathOf({ conversation }: Stage): string {
  const configured = conversation.startEvents[0]?.msg as EventOf<"session_configured">;
  return configured.rollout_path;
}

function lines(path: string): Line[] {
  const all = readFileSync(path, "utf8");
  expect(all.endsWith("\n")).toBe(true);
  return all
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
}

function names(path: string): string[] {
  return lines(path).map(({ type, payload }) =>
    ["session_meta", "turn_context", "portico_request"].includes(type)
      ? type
      : `${type} ${String(payload["type"])}`,
  );
}

describe("the record of a conversation", () => {
  it("is there when the conversation is, with its first line", async () => {
    const place = folders();
    write(place.home, "AGENTS.md", "be kind");
    const at = await stage({}, place);
    const path = pathOf(at);
    expect(existsSync(path)).toBe(true);
    const [meta] = lines(path);
    expect(meta).toMatchObject({
      type: "session_meta",
      timestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/) as string,
      payload: {
        id: at.conversation.id,
        cwd: at.workspace,
        originator: "codex_cli_rs",
        cli_version: "9.9.9",
        instructions: "be kind",
      },
    });
    expect(path.endsWith(`-${at.conversation.id}.jsonl`)).toBe(true);
  });

  it("acceptance 27: has everything in order when the outcome is there", async () => {
    const at = await stage({
      request: { approvalPolicy: "never", sandbox: "danger-full-access" },
      script: [calls(shell(["true"])), text("done")],
    });
    await at.say("go");
    expect(names(pathOf(at))).toEqual([
      "session_meta",
      "portico_request",
      "response_item message",
      "response_item message",
      "event_msg user_message",
      "turn_context",
      "event_msg token_count",
      "portico_draft function_call",
      "portico_draft function_call_output",
      "event_msg token_count",
      "response_item function_call",
      "response_item function_call_output",
      "turn_context",
      "event_msg token_count",
      "portico_draft message",
      "event_msg agent_message",
      "event_msg token_count",
      "response_item message",
    ]);
    const context = lines(pathOf(at)).find(({ type }) => type === "turn_context");
    expect(context?.payload).toEqual({
      cwd: at.workspace,
      approval_policy: "never",
      sandbox_policy: { mode: "danger-full-access" },
      model: "scripted",
      summary: "auto",
    });
    const said = lines(pathOf(at)).find(({ payload }) => payload["type"] === "user_message");
    expect(said?.payload).toEqual({ type: "user_message", message: "go", kind: "plain" });
  });

  it("has the context of each request, repeated ones too", async () => {
    const broken = fail("gone", { retryable: true, retryAfterMs: 1 });
    const at = await stage({ streamMaxRetries: 1, script: [[broken], text("ok")] });
    await at.say("go");
    expect(names(pathOf(at)).filter((name) => name === "turn_context")).toHaveLength(2);
  });

  it("says that a task was interrupted, also by the close", async () => {
    const at = await stage({ script: [hanging(started)] });
    const outcome = at.say("go");
    await at.seen("token_count");
    await at.conversations.close();
    await outcome;
    expect(names(pathOf(at)).at(-1)).toBe("event_msg turn_aborted");
  });

  it("holds no turn up when it cannot be written, and complains once", async () => {
    const at = await stage({ script: [text("one"), text("two")] });
    await at.say("a");
    rmSync(join(at.home, "sessions"), { recursive: true });
    expect(await at.say("b")).toMatchObject({ status: "completed" });
    expect(at.complaints).toEqual([expect.stringContaining(pathOf(at))]);
  });

  const commit = "0123456789abcdef0123456789abcdef01234567";

  it("knows the repository around the folder", async () => {
    const place = folders();
    write(place.workspace, ".git/HEAD", "ref: refs/heads/topic/one\n");
    write(place.workspace, ".git/packed-refs", `# pack\n${commit} refs/heads/topic/one\n`);
    write(
      place.workspace,
      ".git/config",
      '[core]\n\tbare = false\n[remote "up"]\n\turl = no\n[remote "origin"]\n\turl = git@host:a/b.git\n\tfetch = x\n',
    );
    write(place.workspace, "sub/file", "");
    const at = await stage({ request: { cwd: "sub" } }, place);
    expect(lines(pathOf(at))[0]?.payload["git"]).toEqual({
      commit_hash: commit,
      branch: "topic/one",
      repository_url: "git@host:a/b.git",
    });
  });

  it("takes nothing for a commit that is none", async () => {
    const place = folders();
    write(place.workspace, ".git/HEAD", "nonsense\n");
    const at = await stage({}, place);
    expect(lines(pathOf(at))[0]?.payload["git"]).toEqual({});
  });

  it("follows a linked work tree to its repository", async () => {
    const place = folders();
    write(place.root, "main/.git/refs/heads/side", `${commit}\n`);
    write(place.root, "main/.git/worktrees/w/HEAD", "ref: refs/heads/side\n");
    write(place.root, "main/.git/worktrees/w/commondir", "../..\n");
    write(place.workspace, ".git", `gitdir: ${place.root}/main/.git/worktrees/w\n`);
    const at = await stage({}, place);
    expect(lines(pathOf(at))[0]?.payload["git"]).toEqual({ commit_hash: commit, branch: "side" });
  });
});

describe("the place of a record", () => {
  it("is named by the local time", () => {
    const at = new Date(2025, 2, 4, 5, 6, 7);
    expect(rolloutPath("/home", "ID", at)).toBe(
      "/home/sessions/2025/03/04/rollout-2025-03-04T05-06-07-ID.jsonl",
    );
  });
});

describe("a record that cannot be written", () => {
  it("is told of once, and no turn ends for it", async () => {
    const script = [text("one"), text("two"), text("three")];
    const at = await stage({ script });
    await at.say("a");
    const path = pathOf(at);
    rmSync(path);
    symlinkSync("/dev/full", path);
    expect(await at.say("b")).toMatchObject({ status: "completed" });
    expect(await at.say("c")).toMatchObject({ status: "completed" });
    expect(at.complaints).toEqual([`the conversation cannot be recorded: ${path}`]);
    const notes = at.events.filter(({ msg }) => msg.type === "background_event");
    expect(notes).toMatchObject([
      { id: "1", msg: { message: expect.stringContaining("ENOSPC") as string } },
    ]);
    expect(at.events.some(({ msg }) => msg.type === "error")).toBe(false);
  });
});
