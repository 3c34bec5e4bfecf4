import { describe, expect, it } from "vitest";
import type { ApprovalPolicy, SandboxMode } from "../../../../core/index.ts";
import {
  decideExec,
  decidePatch,
  type ExecQuestion,
} from "../../../../plugins/engine/approval/decide.ts";

const policies: ApprovalPolicy[] = ["untrusted", "on-failure", "on-request", "never"];
const modes: SandboxMode[] = ["read-only", "workspace-write", "danger-full-access"];

const ordinary: ExecQuestion = {
  policy: "on-request",
  mode: "read-only",
  verdict: { safe: false, dangerous: false },
  escalated: false,
  justification: undefined,
  approvedForSession: false,
  sandboxAvailable: true,
};

/** "sandboxed" and "free" for the two ways to run; else the action. */
function execWord(question: Partial<ExecQuestion>): string {
  const decision = decideExec({ ...ordinary, ...question });
  if (decision.action !== "run") return decision.action;
  return decision.sandboxed ? "sandboxed" : "free";
}

const safe = { verdict: { safe: true, dangerous: false } };
const dangerous = { verdict: { safe: false, dangerous: true } };

/** Rows: policies; columns: modes. */
const execTables: [string, Partial<ExecQuestion>, string[]][] = [
  [
    "an ordinary command",
    {},
    [
      "ask ask ask",
      "sandboxed sandboxed free",
      "sandboxed sandboxed free",
      "sandboxed sandboxed free",
    ],
  ],
  [
    "an escalated command",
    { escalated: true },
    ["refuse refuse refuse", "refuse refuse refuse", "ask ask free", "refuse refuse refuse"],
  ],
  [
    "a dangerous command",
    dangerous,
    ["ask ask ask", "ask ask ask", "ask ask ask", "refuse refuse refuse"],
  ],
  [
    "a dangerous command, escalated",
    { ...dangerous, escalated: true },
    ["refuse refuse refuse", "refuse refuse refuse", "ask ask ask", "refuse refuse refuse"],
  ],
  [
    "a dangerous command approved before",
    { ...dangerous, approvedForSession: true },
    Array(4).fill("free free free"),
  ],
  ["a command approved before", { approvedForSession: true }, Array(4).fill("free free free")],
  ["a safe command", safe, Array(4).fill("sandboxed sandboxed free")],
  [
    "an ordinary command without a sandbox",
    { sandboxAvailable: false },
    ["ask ask ask", "ask ask free", "ask ask free", "refuse refuse free"],
  ],
  [
    "a safe command without a sandbox",
    { ...safe, sandboxAvailable: false },
    ["ask ask free", "ask ask free", "ask ask free", "refuse refuse free"],
  ],
  [
    "a command approved before, without a sandbox",
    { approvedForSession: true, sandboxAvailable: false },
    Array(4).fill("free free free"),
  ],
];

const execCells = execTables.flatMap(([what, question, rows]) =>
  policies.flatMap((policy, row) =>
    modes.map((mode, column) => ({
      what,
      policy,
      mode,
      question: { ...question, policy, mode },
      expected: rows[row]?.split(" ")[column],
    })),
  ),
);

describe("acceptance 11, defect 19: decideExec", () => {
  it.each(execCells)("$what under $policy in $mode: $expected", ({ question, expected }) => {
    expect(execWord(question)).toBe(expected);
  });

  it("hands the model's reason to the person", () => {
    const question = { ...ordinary, escalated: true, justification: "needs the network" };
    expect(decideExec(question)).toEqual({ action: "ask", reason: "needs the network" });
    expect(decideExec({ ...ordinary, escalated: true })).toEqual({ action: "ask" });
  });

  it.each<[string, Partial<ExecQuestion>, RegExp]>([
    ["escalation", { escalated: true, policy: "never" }, /with_escalated_permissions.*"never"/],
    ["danger", { ...dangerous, policy: "never" }, /destroys.*"never"/],
    [
      "no sandbox",
      { sandboxAvailable: false, policy: "never" },
      /no sandbox.*"read-only".*"never"/,
    ],
  ])("says why it refuses: %s", (_what, question, message) => {
    const decision = decideExec({ ...ordinary, ...question });
    expect(decision.action).toBe("refuse");
    expect("message" in decision && decision.message).toMatch(message);
  });
});

const patchTables: [string, boolean, string[]][] = [
  [
    "inside",
    true,
    ["ask ask ask", "apply-sandboxed apply apply", "ask apply apply", "refuse apply apply"],
  ],
  [
    "outside",
    false,
    [
      "ask ask ask",
      "apply-sandboxed apply-sandboxed apply",
      "ask ask apply",
      "refuse refuse apply",
    ],
  ],
];

const patchCells = patchTables.flatMap(([where, insideRoots, rows]) =>
  policies.flatMap((policy, row) =>
    modes.map((mode, column) => ({
      where,
      insideRoots,
      policy,
      mode,
      expected: rows[row]?.split(" ")[column],
    })),
  ),
);

describe("acceptance 11: decidePatch", () => {
  const fresh = { empty: false, escalated: false, approvedForSession: false };

  it.each(patchCells)(
    "a patch $where the roots under $policy in $mode: $expected",
    ({ policy, mode, insideRoots, expected }) => {
      expect(decidePatch({ ...fresh, policy, mode, insideRoots }).action).toBe(expected);
    },
  );

  it("asks about an escalated patch wherever there is a sandbox to leave", () => {
    const escalated = {
      ...fresh,
      escalated: true,
      policy: "on-request",
      insideRoots: true,
    } as const;
    const actions = modes.map((mode) => decidePatch({ ...escalated, mode }).action);
    expect(actions).toEqual(["ask", "ask", "apply"]);
    const known = { ...escalated, mode: "workspace-write", approvedForSession: true } as const;
    expect(decidePatch(known).action).toBe("apply");
  });

  it.each(policies)("refuses an empty patch under %s", (policy) => {
    expect(
      decidePatch({ ...fresh, policy, mode: "danger-full-access", insideRoots: true, empty: true }),
    ).toEqual({ action: "refuse", message: "patch rejected: empty patch" });
  });

  it("says what the settings refuse", () => {
    const question = { ...fresh, policy: "never", mode: "read-only", insideRoots: false } as const;
    const decision = decidePatch(question);
    expect("message" in decision && decision.message).toMatch(/outside.*"read-only".*"never"/);
  });
});
