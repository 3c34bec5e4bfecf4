import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { EventMsg } from "../../../core/index.ts";
import { progressText, reportProgress } from "../../../plugins/tools/progress.ts";

const begin = (command: string[]): EventMsg => ({
  type: "exec_command_begin",
  call_id: "c",
  command,
  cwd: "/",
  parsed_cmd: [],
});

describe("the progress text", () => {
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
    [{ type: "stream_error", message: "cut off" }, "asking the model again: cut off"],
    [{ type: "agent_message_delta", delta: "x" }, undefined],
    [{ type: "exec_command_output_delta", call_id: "c", stream: "stdout", chunk: "" }, undefined],
  ])("of %j is %s", (msg, text) => {
    expect(progressText(msg)).toBe(text);
  });
});

describe("progress", () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it("is told at once, and at most ten times a second, the newest winning", () => {
    const told: string[] = [];
    const progress = reportProgress((text) => told.push(text));
    for (const word of ["a", "b", "c"]) progress.event(begin([word]));
    expect(told).toEqual(["running `a`"]);
    vi.advanceTimersByTime(100);
    expect(told).toEqual(["running `a`", "running `c`"]);
    progress.stop();
  });

  it("is told every ten seconds when nothing happens, also before the first event", () => {
    const told: string[] = [];
    const progress = reportProgress((text) => told.push(text));
    vi.advanceTimersByTime(10_000);
    progress.event(begin(["make"]));
    vi.advanceTimersByTime(20_100);
    expect(told).toEqual([
      "starting (10 s)",
      "running `make`",
      "running `make` (10 s)",
      "running `make` (20 s)",
    ]);
    progress.stop();
  });

  it("ends with the call", () => {
    const told: string[] = [];
    const progress = reportProgress((text) => told.push(text));
    progress.event(begin(["a"]));
    progress.event(begin(["b"]));
    progress.stop();
    vi.advanceTimersByTime(60_000);
    expect(told).toEqual(["running `a`"]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
