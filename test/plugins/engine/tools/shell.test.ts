import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { ApprovalAnswer, EventMsg, ResponseItem } from "../../../../core/index.ts";
import { loginShell } from "../../../../plugins/engine/exec/login-shell.ts";
import {
  call,
  calls,
  completed,
  folders,
  item,
  order,
  outputs,
  shell,
  stage,
  started,
  text,
  type Stage,
  type StageOptions,
} from "../stage.ts";

const free = { approvalPolicy: "never", sandbox: "danger-full-access" } as const;
const asking = { approvalPolicy: "untrusted", sandbox: "danger-full-access" } as const;
const yes: ApprovalAnswer = { decision: "approved" };
const no: ApprovalAnswer = { decision: "denied" };

/** One shell call, then a last word; the stage after it and what the model was told. */
async function once(
  command: readonly string[],
  options: StageOptions & { args?: object } = {},
): Promise<Stage & { told: string; types: string[] }> {
  const script = [calls(shell(command, options.args)), text("done")];
  const at = await stage({ request: free, ...options, script });
  await at.say("go");
  return { ...at, told: outputs(at.requests[1])[0] ?? "", types: order(at.events) };
}

function find<T extends EventMsg["type"]>(at: Stage, type: T): (EventMsg & { type: T })[] {
  return at.events
    .map(({ msg }) => msg)
    .filter((msg): msg is EventMsg & { type: T } => msg.type === type);
}

describe("a command", () => {
  it("acceptance 8: is told to the model as output, exit code and seconds, in this order", async () => {
    const { told } = await once(["bash", "-c", "echo out; echo err >&2; exit 3"]);
    expect(told).toMatch(
      /^\{"output":"(out\\nerr\\n|err\\nout\\n)","metadata":\{"exit_code":3,"duration_seconds":\d+\.\d\}\}$/,
    );
  });

  it("shows what it printed, byte by byte, and how it ended", async () => {
    const at = await once(["bash", "-c", "printf 'a\\377b'; printf E >&2"]);
    const bytes = find(at, "exec_command_output_delta")
      .filter(({ stream }) => stream === "stdout")
      .map(({ chunk }) => Buffer.from(chunk, "base64"));
    expect(Buffer.concat(bytes)).toEqual(Buffer.from("a\xffb", "latin1"));
    expect(find(at, "exec_command_begin")[0]).toEqual({
      type: "exec_command_begin",
      call_id: "call_1",
      command: ["bash", "-c", "printf 'a\\377b'; printf E >&2"],
      cwd: at.workspace,
      parsed_cmd: expect.any(Array) as unknown[],
    });
    expect(find(at, "exec_command_end")[0]).toMatchObject({
      call_id: "call_1",
      stdout: "a\ufffdb",
      stderr: "E",
      exit_code: 0,
      duration: { secs: 0, nanos: expect.any(Number) as number },
    });
  });

  it("sends long output in pieces of at most 8192 bytes and cuts it for the model", async () => {
    const at = await once(["bash", "-c", "seq 20000"]);
    const chunks = find(at, "exec_command_output_delta").map(({ chunk }) =>
      Buffer.from(chunk, "base64"),
    );
    expect(Math.max(...chunks.map((chunk) => chunk.length))).toBeLessThanOrEqual(8192);
    const end = find(at, "exec_command_end")[0];
    expect(end?.stdout.split("\n")).toHaveLength(20_001);
    expect(Buffer.concat(chunks).toString()).toBe(end?.stdout);
    expect(end?.formatted_output).toContain("[... omitted");
    expect(JSON.parse(at.told)).toMatchObject({ output: end?.formatted_output });
  });

  it("runs in its workdir, relative to the conversation's folder", async () => {
    const place = folders();
    const at = await stage(
      {
        request: free,
        script: [
          calls(shell(["mkdir", "sub"]), shell(["pwd"], { workdir: "sub" }, "c2")),
          text("done"),
        ],
      },
      place,
    );
    await at.say("go");
    expect(outputs(at.requests[1])[1]).toContain(JSON.stringify(`${place.workspace}/sub\n`));
  });

  it.each([{ timeout_ms: 150 }, { timeout: 150 }])(
    "acceptance 9: ends at its time limit, given as %o",
    async (args) => {
      const at = await once(["bash", "-c", "echo before; sleep 30 & wait"], { args });
      expect(JSON.parse(at.told)).toMatchObject({
        output: "command timed out after 150 milliseconds\nbefore\n",
        metadata: { exit_code: 124 },
      });
      expect(find(at, "exec_command_end")[0]).toMatchObject({ exit_code: 124, stdout: "before\n" });
    },
  );

  it("acceptance 9: ends after ten seconds where the model names no limit", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    onTestFinished(() => void vi.useRealTimers());
    const script = [calls(shell(["bash", "-c", "echo on; exec sleep 60"])), text("done")];
    const at = await stage({ request: free, script });
    const outcome = at.say("go");
    await at.seen("exec_command_output_delta");
    vi.advanceTimersByTime(9_999);
    await new Promise((resolve) => setImmediate(resolve));
    expect(order(at.events)).not.toContain("exec_command_end");
    vi.advanceTimersByTime(1);
    expect(await at.seen("exec_command_end")).toMatchObject({ exit_code: 124, stdout: "on\n" });
    await outcome;
    expect(outputs(at.requests[1])[0]).toContain("command timed out after 10000 milliseconds");
  });

  it("that a signal ends says so", async () => {
    const { told } = await once(["bash", "-c", "echo x; kill -SEGV $$"]);
    expect(JSON.parse(told)).toMatchObject({
      output: "command killed by signal SIGSEGV\nx\n",
      metadata: { exit_code: -1 },
    });
  });

  it.each([
    ["a program that is not there", ["no-such-program-here"], {}, "no-such-program-here"],
    ["an empty vector", [], {}, "empty"],
    ["a missing workdir", ["true"], { workdir: "/no/such/folder" }, "/no/such/folder"],
  ])("with %s is an execution error", async (_, command, args, word) => {
    const at = await once(command, { args });
    expect(at.told).toMatch(/^execution error: /);
    expect(at.told).toContain(word);
    expect(find(at, "exec_command_end")[0]).toMatchObject({ exit_code: -1, stderr: at.told });
  });

  it.each([
    ["no JSON", "{oops"],
    ["a missing command", "{}"],
    ["a command that is no list", '{"command":"ls"}'],
    ["a time limit that is no number", '{"command":["ls"],"timeout_ms":"soon"}'],
  ])(
    "acceptance 10: with %s for arguments is told to the model and the turn goes on",
    async (_, args) => {
      const at = await stage({ request: free, script: [calls(call("shell", args)), text("done")] });
      expect(await at.say("go")).toMatchObject({ status: "completed" });
      expect(outputs(at.requests[1])[0]).toMatch(/^failed to parse function arguments: ./);
      expect(order(at.events)).not.toContain("exec_command_begin");
    },
  );

  it("is found under its other name, with null and unknown arguments", async () => {
    const args = { command: ["echo", "hi"], workdir: null, timeout_ms: null, mood: "good" };
    const at = await stage({
      request: free,
      script: [calls(call("container.exec", args)), text("done")],
    });
    await at.say("go");
    expect(outputs(at.requests[1])[0]).toContain('"output":"hi\\n"');
  });

  it("of the local shell kind is answered under its call id, else its own id", async () => {
    const action = { type: "exec" as const, command: ["echo", "hi"], timeout_ms: 5000 };
    const value: ResponseItem = {
      type: "local_shell_call",
      id: "ls_1",
      status: "completed",
      action,
    };
    const at = await stage({
      request: free,
      script: [[started, item(value), completed], text("x")],
    });
    await at.say("go");
    expect(at.requests[1]?.input.at(-1)).toMatchObject({
      type: "function_call_output",
      call_id: "ls_1",
      output: expect.stringContaining("hi") as string,
    });
  });

  it.skipIf(loginShell()?.name !== "bash")(
    "runs in the login shell where the settings ask for it, shown as the model wrote it",
    async () => {
      const command = ["shopt", "login_shell"];
      const config = { shell_environment_policy: { experimental_use_profile: true } };
      const at = await once(command, { config });
      expect(find(at, "exec_command_end")[0]?.stdout).toMatch(/^login_shell\s+on$/m);
      expect(find(at, "exec_command_begin")[0]?.command).toEqual(command);
    },
  );

  it("gets the environment of the settings, without secrets", async () => {
    const at = await once(["env"], {
      env: { MY_TOKEN: "secret", PLAIN: "1" },
      config: { shell_environment_policy: { set: { EXTRA: "2" } } },
    });
    expect(at.told).toMatch(/PLAIN=1/);
    expect(at.told).toMatch(/EXTRA=2/);
    expect(at.told).not.toMatch(/MY_TOKEN/);
  });
});

describe("a command that needs a yes", () => {
  const touch = ["touch", "made.txt"];

  it("acceptance 31: is asked about, event first, and runs when approved", async () => {
    const at = await once(touch, { request: asking, answers: [yes] });
    expect(at.types.join(" ")).toBe(
      "task_started token_count exec_approval_request exec_command_begin exec_command_end " +
        "token_count token_count agent_message token_count task_complete",
    );
    expect(at.questions).toEqual([
      {
        kind: "exec",
        conversationId: at.conversation.id,
        eventId: "0",
        callId: "call_1",
        command: touch,
        cwd: at.workspace,
        parsedCommand: [{ type: "unknown", cmd: "touch made.txt" }],
      },
    ]);
    expect(existsSync(join(at.workspace, "made.txt"))).toBe(true);
  });

  it("acceptance 14: is not run when denied; the model hears the person's words", async () => {
    const at = await once(touch, { request: asking, answers: [{ ...no, note: "use git" }] });
    expect(at.told).toBe("exec command rejected by user: use git");
    expect(existsSync(join(at.workspace, "made.txt"))).toBe(false);
    expect(at.types).not.toContain("exec_command_begin");
    expect(at.types.at(-1)).toBe("task_complete");
  });

  it("acceptance 14, acceptance 31: is not run when denied without a word", async () => {
    const at = await once(touch, { request: asking, answers: [no] });
    expect(at.told).toBe("exec command rejected by user");
    expect(at.types.join(" ")).toBe(
      "task_started token_count exec_approval_request token_count " +
        "token_count agent_message token_count task_complete",
    );
  });

  it("acceptance 14, acceptance 31: ends the task on abort", async () => {
    const at = await once(touch, { request: asking, answers: [{ decision: "abort" }] });
    expect(at.types).toEqual([
      "task_started",
      "token_count",
      "exec_approval_request",
      "turn_aborted",
    ]);
    expect(at.requests).toHaveLength(1);
  });

  it("is denied when asking itself fails", async () => {
    const at = await once(touch, { request: asking, answers: [() => Promise.reject(new Error())] });
    expect(at.told).toMatch(/^exec command rejected by user/);
    expect(at.complaints).toHaveLength(1);
  });

  it("acceptance 13: is asked about once per session when approved for it, by the exact words", async () => {
    const at = await stage({
      request: asking,
      answers: [{ decision: "approved_for_session" }, no],
      script: [
        calls(shell(touch), shell(touch, {}, "c2")),
        calls(shell(["touch", "b"])),
        text("x"),
      ],
    });
    await at.say("go");
    expect(at.questions.map((one) => one.kind === "exec" && one.command)).toEqual([
      touch,
      ["touch", "b"],
    ]);
  });

  it("of a dangerous kind is refused where nobody may be asked", async () => {
    const at = await once(["rm", "-rf", "x"]);
    expect(at.told).toMatch(/rejected/);
    expect(at.types).not.toContain("exec_command_begin");
  });

  it("beyond the sandbox is refused under a policy without requests, a patch included", async () => {
    const patch = "*** Begin Patch\n*** Add File: a.txt\n+a\n*** End Patch";
    const more = { with_escalated_permissions: true, justification: "must" };
    for (const command of [["ls"], ["apply_patch", patch]]) {
      const at = await once(command, { args: more });
      expect(at.told).toContain("with_escalated_permissions");
      expect(at.types).not.toContain("exec_command_begin");
      expect(at.types).not.toContain("patch_apply_begin");
    }
  });

  it("beyond the sandbox is asked about with the model's reason", async () => {
    const at = await once(touch, {
      request: { approvalPolicy: "on-request", sandbox: "read-only" },
      args: { with_escalated_permissions: true, justification: "must write" },
      answers: [yes],
    });
    expect(find(at, "exec_approval_request")[0]?.reason).toBe("must write");
    expect(existsSync(join(at.workspace, "made.txt"))).toBe(true);
  });
});

describe("a patch as a command beyond the sandbox", () => {
  it("is asked about with its changes and the model's reason", async () => {
    const patch = "*** Begin Patch\n*** Add File: a.txt\n+a\n*** End Patch";
    const at = await once(["apply_patch", patch], {
      request: { approvalPolicy: "on-request", sandbox: "workspace-write" },
      args: { with_escalated_permissions: true, justification: "must write" },
      answers: [yes],
    });
    expect(at.questions).toMatchObject([{ kind: "patch", reason: "must write" }]);
    expect(at.types.filter((type) => type === "background_event")).toEqual([]);
    expect(existsSync(join(at.workspace, "a.txt"))).toBe(true);
  });
});

describe("a sandboxed command", () => {
  const touch = ["touch", "made.txt"];

  it("defect 7: that is stopped is told to the model with its true output and code", async () => {
    const at = await once(touch, { request: { approvalPolicy: "never", sandbox: "read-only" } });
    expect(JSON.parse(at.told)).toMatchObject({
      output: expect.stringMatching(/read-only|denied/i) as string,
      metadata: { exit_code: 1 },
    });
    expect(existsSync(join(at.workspace, "made.txt"))).toBe(false);
  });

  it("acceptance 13, acceptance 31: that is stopped under on-failure may be retried without, and is remembered", async () => {
    const at = await stage({
      request: { approvalPolicy: "on-failure", sandbox: "read-only" },
      answers: [yes],
      script: [calls(shell(touch)), calls(shell(touch, {}, "c2")), text("x")],
    });
    await at.say("go");
    expect(order(at.events).filter((type) => /exec|background/.test(type))).toEqual([
      "exec_command_begin",
      "exec_command_output_delta",
      "exec_command_end",
      "background_event",
      "exec_approval_request",
      "background_event",
      "exec_command_begin",
      "exec_command_end",
      "exec_command_begin",
      "exec_command_end",
    ]);
    expect(find(at, "exec_approval_request")[0]?.reason).toBe(
      "command failed; retry without sandbox?",
    );
    expect(find(at, "background_event").map(({ message }) => message)).toEqual([
      expect.stringMatching(/^Execution failed: /),
      "retrying command without sandbox",
    ]);
    expect(existsSync(join(at.workspace, "made.txt"))).toBe(true);
  });

  it("that is stopped under on-failure and denied is rejected", async () => {
    const at = await once(touch, {
      request: { approvalPolicy: "on-failure", sandbox: "read-only" },
      answers: [no],
    });
    expect(at.told).toBe("exec command rejected by user");
  });

  it("defect 6: that fails by itself is no question", async () => {
    const at = await once(["grep", "x", "/etc/hostname-not", "-s"], {
      request: { approvalPolicy: "on-failure", sandbox: "read-only" },
    });
    expect(JSON.parse(at.told)).toMatchObject({ metadata: { exit_code: 2 } });
    expect(at.types).not.toContain("exec_approval_request");
  });

  const nowhere = { codex_linux_sandbox_exe: "/no/such/helper" };

  it("is asked about where there is no sandbox, which is said once and in the question", async () => {
    const at = await stage({
      config: nowhere,
      request: { approvalPolicy: "on-request", sandbox: "read-only" },
      answers: [yes, no],
      script: [calls(shell(touch)), calls(shell(["touch", "b"], {}, "c2")), text("x")],
    });
    await at.say("go");
    const said = find(at, "background_event").map(({ message }) => message);
    expect(said).toHaveLength(1);
    expect(said[0]).toContain("/no/such/helper");
    expect(find(at, "exec_approval_request").map(({ reason }) => reason)).toEqual([
      said[0],
      said[0],
    ]);
  });

  it("is refused where there is none and nobody may be asked", async () => {
    const at = await once(touch, {
      config: nowhere,
      request: { approvalPolicy: "never", sandbox: "read-only" },
    });
    expect(at.told).toMatch(/no sandbox/);
    expect(existsSync(join(at.workspace, "made.txt"))).toBe(false);
  });
});
