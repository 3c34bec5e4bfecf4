import { describe, expect, it } from "vitest";
import type { RunResult } from "../../../../plugins/engine/exec/run.ts";
import { showsDenial } from "../../../../plugins/engine/sandbox/denial.ts";

const failed: RunResult = {
  exitCode: 1,
  stdout: "",
  stderr: "",
  aggregatedOutput: "",
  durationMs: 1,
  timedOut: false,
  aborted: false,
  killedBy: undefined,
  startError: undefined,
};
const denied = "touch: cannot touch 'x': Read-only file system\n";

describe("defect 6: showsDenial", () => {
  it.each([
    denied,
    "sh: 1: cannot create /x: Permission denied",
    "socket: Operation not permitted",
    "Error: EACCES: permission denied, open '/x'",
    "[Errno 1] EPERM",
    "code: 'EROFS'",
    "connect: Network is unreachable",
    "curl: (6) Could not resolve host: example.com",
    "fatal: unable to access: Temporary failure in name resolution",
    "bwrap: Can't mkdir /x: No space left on device",
  ])("takes %j as evidence, on either stream", (text) => {
    expect(showsDenial({ ...failed, stderr: text }, true)).toBe(true);
    expect(showsDenial({ ...failed, stdout: `some output\n${text}\n` }, false)).toBe(true);
  });

  it.each<[string, Partial<RunResult>]>([
    ["a failing test", { stderr: "1 failed, 3 passed" }],
    ["a grep without a match", {}],
    ["success", { exitCode: 0, stderr: denied }],
    ["a program that is no program", { exitCode: 126, stderr: "x: Permission denied" }],
    ["a missing program", { exitCode: 127, stderr: denied }],
    ["a time-out", { exitCode: 124, timedOut: true, stderr: denied }],
    ["an abort", { exitCode: -1, aborted: true, stderr: denied }],
    ["a signal", { exitCode: -1, killedBy: "SIGKILL", stderr: denied }],
    [
      "a command that did not start",
      { exitCode: -1, startError: "command not found", stderr: denied },
    ],
    ["the word in the middle of a line", { stderr: "see bwrap: it is a program" }],
  ])("does not take %s as denial", (_what, result) => {
    expect(showsDenial({ ...failed, ...result }, false)).toBe(false);
  });

  it.each(["connect: Connection refused", "Error: connect ECONNREFUSED 127.0.0.1:5432"])(
    "takes %j as evidence only where the network is held back",
    (stderr) => {
      expect(showsDenial({ ...failed, stderr }, false)).toBe(true);
      expect(showsDenial({ ...failed, stderr }, true)).toBe(false);
    },
  );
});
