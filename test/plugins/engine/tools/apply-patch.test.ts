import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { ApprovalAnswer, EventMsg, ModelEvent } from "../../../../core/index.ts";
import {
  call,
  calls,
  folders,
  item,
  order,
  outputs,
  shell,
  stage,
  text,
  write,
  type Stage,
  type StageOptions,
} from "../stage.ts";

const writing = { approvalPolicy: "never", sandbox: "workspace-write" } as const;
const asking = { approvalPolicy: "untrusted", sandbox: "workspace-write" } as const;
const yes: ApprovalAnswer = { decision: "approved" };

function adding(path: string, content = "hello"): string {
  return `*** Begin Patch\n*** Add File: ${path}\n+${content}\n*** End Patch`;
}

function patchCall(patch: string, id = "call_1"): ModelEvent {
  return call("apply_patch", { input: patch }, id);
}

async function once(
  event: ModelEvent,
  options: StageOptions = {},
): Promise<Stage & { told: string }> {
  const at = await stage({ request: writing, ...options, script: [calls(event), text("done")] });
  await at.say("go");
  return { ...at, told: outputs(at.requests[1])[0] ?? "" };
}

function patchEvents(at: Stage): EventMsg[] {
  return at.events.map(({ msg }) => msg).filter(({ type }) => type.includes("patch"));
}

const forms: [string, ModelEvent, string][] = [
  ["a function call", patchCall(adding("new.txt")), "function_call_output"],
  [
    "a freeform call",
    item({
      type: "custom_tool_call",
      call_id: "call_1",
      name: "apply_patch",
      input: adding("new.txt"),
    }),
    "custom_tool_call_output",
  ],
  ["a shell command", shell(["apply_patch", adding("new.txt")]), "function_call_output"],
  [
    "a heredoc",
    shell(["bash", "-lc", `apply_patch <<'EOF'\n${adding("new.txt")}\nEOF`]),
    "function_call_output",
  ],
];

describe("a patch", () => {
  it.each(forms)("given as %s is applied and reported like a command", async (_, event, type) => {
    const at = await once(event);
    expect(at.told).toMatch(
      /^\{"output":"Success[^"]*A new\.txt\\n","metadata":\{"exit_code":0,"duration_seconds":0\.\d\}\}$/,
    );
    expect(at.requests[1]?.input.at(-1)).toMatchObject({ type, call_id: "call_1" });
    const file = join(at.workspace, "new.txt");
    expect(readFileSync(file, "utf8")).toBe("hello\n");
    expect(patchEvents(at)).toEqual([
      {
        type: "patch_apply_begin",
        call_id: "call_1",
        auto_approved: true,
        changes: { [file]: { add: { content: "hello\n" } } },
      },
      {
        type: "patch_apply_end",
        call_id: "call_1",
        stdout: expect.stringContaining("A new.txt") as string,
        stderr: "",
        success: true,
      },
    ]);
  });

  it("that starts with cd is applied in that folder of its workdir", async () => {
    const place = folders();
    write(place.workspace, "a/b/.keep", "");
    const script = `cd b && apply_patch <<'EOF'\n${adding("new.txt")}\nEOF`;
    const at = await stage(
      {
        request: writing,
        script: [calls(shell(["bash", "-lc", script], { workdir: "a" })), text("x")],
      },
      place,
    );
    await at.say("go");
    expect(existsSync(join(place.workspace, "a/b/new.txt"))).toBe(true);
  });

  it("acceptance 21: shows the whole turn as one diff, again after each answer", async () => {
    const at = await stage({
      request: writing,
      script: [calls(patchCall(adding("a.txt"))), calls(patchCall(adding("b.txt"))), text("x")],
    });
    await at.say("go");
    const diffs = at.events.map(({ msg }) => msg).filter((msg) => msg.type === "turn_diff");
    expect(diffs.map(({ unified_diff }) => unified_diff.match(/^diff --git/gm)?.length)).toEqual([
      1, 1, 2, 2, 2,
    ]);
  });

  it.each([
    [
      "does not fit the file",
      "*** Begin Patch\n*** Update File: no.txt\n@@\n-x\n+y\n*** End Patch",
    ],
    ["is no patch", "hello"],
  ])("that %s is an error for the model, without events", async (_, patch) => {
    const at = await once(patchCall(patch));
    expect(at.told).toMatch(/^error: ./);
    expect(patchEvents(at)).toEqual([]);
  });

  it("without sections is refused", async () => {
    const at = await once(patchCall("*** Begin Patch\n*** End Patch"));
    expect(at.told).toBe("patch rejected: empty patch");
  });

  it("as a lone text is sent back", async () => {
    const at = await once(shell([adding("new.txt")]));
    expect(at.told).toContain("apply_patch");
    expect(existsSync(join(at.workspace, "new.txt"))).toBe(false);
  });

  it("outside the writable folders is refused where nobody may be asked", async () => {
    const at = await once(patchCall(adding("new.txt")), {
      request: { approvalPolicy: "never", sandbox: "read-only" },
    });
    expect(at.told).toMatch(/^patch rejected: /);
    expect(existsSync(join(at.workspace, "new.txt"))).toBe(false);
  });

  it.skipIf(process.platform !== "linux")(
    "that fails half way shows what was written",
    async () => {
      const half = adding("new.txt").replace("*** End", "*** Add File: /proc/no\n+x\n*** End");
      const at = await once(patchCall(half), {
        request: { approvalPolicy: "never", sandbox: "danger-full-access" },
      });
      expect(at.told).toContain("Done before that:\\nA new.txt");
      expect(patchEvents(at).at(-1)).toMatchObject({ type: "patch_apply_end", success: false });
      const diff = at.events.map(({ msg }) => msg).find((msg) => msg.type === "turn_diff");
      expect(diff?.unified_diff).toContain("new.txt");
    },
  );

  it("by another custom tool's name is unsupported", async () => {
    const at = await once(item({ type: "custom_tool_call", call_id: "c", name: "sed", input: "" }));
    expect(at.told).toBe("unsupported custom tool call: sed");
  });
});

describe("a patch that needs a yes", () => {
  it("is shown, event first, and applied when approved", async () => {
    const at = await once(patchCall(adding("new.txt")), { request: asking, answers: [yes] });
    const changes = { [join(at.workspace, "new.txt")]: { add: { content: "hello\n" } } };
    expect(patchEvents(at).slice(0, 2)).toEqual([
      { type: "apply_patch_approval_request", call_id: "call_1", changes },
      { type: "patch_apply_begin", call_id: "call_1", auto_approved: false, changes },
    ]);
    expect(at.questions).toEqual([
      {
        kind: "patch",
        conversationId: at.conversation.id,
        eventId: "0",
        callId: "call_1",
        changes,
      },
    ]);
    expect(existsSync(join(at.workspace, "new.txt"))).toBe(true);
  });

  it("changes nothing when denied; the model hears the person's words", async () => {
    const at = await once(patchCall(adding("new.txt")), {
      request: asking,
      answers: [{ decision: "denied", note: "wrong file" }],
    });
    expect(at.told).toBe("patch rejected by user: wrong file");
    expect(patchEvents(at)).toHaveLength(1);
    expect(existsSync(join(at.workspace, "new.txt"))).toBe(false);
  });

  it("ends the task on abort", async () => {
    const at = await once(patchCall(adding("new.txt")), {
      request: asking,
      answers: [{ decision: "abort" }],
    });
    expect(order(at.events).at(-1)).toBe("turn_aborted");
    expect(existsSync(join(at.workspace, "new.txt"))).toBe(false);
  });

  it("acceptance 13: is asked about once per session and file when approved for it", async () => {
    const at = await stage({
      request: asking,
      answers: [{ decision: "approved_for_session" }, { decision: "denied" }],
      script: [
        calls(patchCall(adding("a.txt", "1"))),
        calls(patchCall(adding("a.txt", "2"))),
        calls(patchCall(adding("b.txt"))),
        text("x"),
      ],
    });
    await at.say("go");
    expect(at.questions).toHaveLength(2);
    expect(readFileSync(join(at.workspace, "a.txt"), "utf8")).toBe("2\n");
    expect(existsSync(join(at.workspace, "b.txt"))).toBe(false);
  });

  const failing = { approvalPolicy: "on-failure", sandbox: "read-only" } as const;

  it("because the sandbox stopped it shows the changes and is applied when approved", async () => {
    const at = await once(patchCall(adding("new.txt")), { request: failing, answers: [yes] });
    expect(order(at.events).filter((type) => /patch|background/.test(type))).toEqual([
      "patch_apply_begin",
      "patch_apply_end",
      "background_event",
      "apply_patch_approval_request",
      "background_event",
      "patch_apply_begin",
      "patch_apply_end",
    ]);
    expect(at.questions[0]).toMatchObject({
      kind: "patch",
      reason: "command failed; retry without sandbox?",
    });
    expect(readFileSync(join(at.workspace, "new.txt"), "utf8")).toBe("hello\n");
  });

  it("because the sandbox stopped it changes nothing when denied", async () => {
    const at = await once(patchCall(adding("new.txt")), {
      request: failing,
      answers: [{ decision: "denied" }],
    });
    expect(at.told).toBe("patch rejected by user");
    expect(existsSync(join(at.workspace, "new.txt"))).toBe(false);
  });
});
