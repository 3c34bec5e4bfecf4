import { describe, expect, it } from "vitest";
import type { EventMsg } from "../../../core/index.ts";
import { progressText } from "../../../plugins/tools/progress.ts";

const begin = (command: string[]): EventMsg => ({
  type: "exec_command_begin",
  call_id: "c",
  command,
  cwd: "/",
  parsed_cmd: [],
});

describe("the progress text", () => {
  const invocation = { server: "docs", tool: "search", arguments: {} };
  const changes = { "/a": { add: { content: "" } }, "/b": { add: { content: "" } } };
  it.each<[EventMsg, string | undefined]>([
    [{ type: "task_started", model_context_window: null }, "started"],
    [begin(["bash", "-lc", "npm  test\n"]), "running `npm test`"],
    [begin(["git", "status"]), "running `git status`"],
    [begin(["echo", "x".repeat(100)]), `running \`echo ${"x".repeat(74)}…\``],
    [
      { type: "exec_approval_request", call_id: "c", command: ["rm", "x"], cwd: "/" },
      "waiting for approval of `rm x`",
    ],
    [
      { type: "apply_patch_approval_request", call_id: "c", changes },
      "waiting for approval of a patch to 2 files",
    ],
    [
      { type: "patch_apply_begin", call_id: "c", auto_approved: true, changes: {} },
      "applying a patch to 0 files",
    ],
    [{ type: "mcp_tool_call_begin", call_id: "c", invocation }, "calling docs/search"],
    [
      {
        type: "mcp_tool_call_end",
        call_id: "c",
        invocation,
        duration: { secs: 0, nanos: 1 },
        result: { Ok: { content: [] } },
      },
      "docs/search answered",
    ],
    [
      {
        type: "mcp_tool_call_end",
        call_id: "c",
        invocation,
        duration: { secs: 0, nanos: 1 },
        result: { Err: "it went wrong" },
      },
      "it went wrong",
    ],
    [{ type: "stream_error", message: "cut off" }, "asking the model again: cut off"],
    [{ type: "agent_message_delta", delta: "x" }, undefined],
    [{ type: "exec_command_output_delta", call_id: "c", stream: "stdout", chunk: "" }, undefined],
  ])("of %j is %s", (msg, text) => {
    expect(progressText(msg)).toBe(text);
  });
});
