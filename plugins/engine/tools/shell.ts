import { resolve } from "node:path";
import type { ApprovalAnswer, ResponseItem } from "../../../core/index.ts";
import { decideExec, type ExecQuestion } from "../approval/decide.ts";
import { judge } from "../exec/safe.ts";
import { recognisePatch } from "../patch/recognise.ts";
import type { TaskContext } from "../turn/task.ts";
import { runPatch } from "./apply-patch.ts";
import { askExec, isApproved, rejection } from "./ask.ts";
import { runCommand, type Command } from "./command.ts";
import { missingSandbox } from "./sandbox-notice.ts";
import { functionTool } from "./tool.ts";

const defaultTimeoutMs = 10_000;

/** A command with what the model says about it. */
interface ShellCall extends Command {
  readonly escalated: boolean;
  readonly justification: string | undefined;
}

/** `shell`: runs a command, or applies the patch that the command is. */
export const shellTool = functionTool("shell", (task, id, args) =>
  runShell(task, {
    callId: id,
    command: args.command,
    cwd: resolve(task.session.cwd, args.workdir ?? ""),
    timeoutMs: args.timeout_ms ?? args.timeout ?? defaultTimeoutMs,
    escalated: args.with_escalated_permissions ?? false,
    justification: args.justification ?? undefined,
  }),
);

/** The same for models that bring a shell call of their own kind. */
export function localShellTool(
  task: TaskContext,
  id: string,
  action: Extract<ResponseItem, { type: "local_shell_call" }>["action"],
): Promise<string> {
  return runShell(task, {
    callId: id,
    command: action.command,
    cwd: resolve(task.session.cwd, action.working_directory ?? ""),
    timeoutMs: action.timeout_ms ?? defaultTimeoutMs,
    escalated: false,
    justification: undefined,
  });
}

/**
 * The way of every command: a patch in disguise is taken out, the approval table decides, and the
 * command runs inside the sandbox, outside of it, or not at all. Resolves with what the model is told.
 */
async function runShell(task: TaskContext, call: ShellCall): Promise<string> {
  const { approvalPolicy } = task.session.settings;
  const mayEscalate = !call.escalated || approvalPolicy === "on-request";
  const patch = await recognisePatch(call.command);
  if (patch.kind === "refused") return patch.message;
  if (patch.kind === "patch" && mayEscalate) {
    const folder = resolve(call.cwd, patch.folder ?? "");
    const { callId, justification } = call;
    return runPatch(task, {
      callId,
      text: patch.text,
      folder,
      ...(call.escalated && { escalation: { justification } }),
    });
  }

  const question: ExecQuestion = {
    policy: approvalPolicy,
    mode: task.session.settings.sandboxPolicy.mode,
    verdict: await judge(call.command),
    escalated: call.escalated,
    justification: call.justification,
    approvedForSession: task.session.approvals.coversCommand(call.command),
    sandboxAvailable: true,
  };
  const confined = decideExec(question);
  // Looking for a sandbox takes a process: only where the answer rests on one.
  const needsSandbox = confined.action === "run" && confined.sandboxed;
  const missing = needsSandbox ? await missingSandbox(task) : undefined;
  const decision =
    missing === undefined ? confined : decideExec({ ...question, sandboxAvailable: false });
  switch (decision.action) {
    case "refuse":
      return decision.message;
    case "ask":
      return askThenRun(task, call, joinReasons(decision.reason, missing));
    case "run":
      return decision.sandboxed ? runSandboxed(task, call) : runFreely(task, call);
  }
}

/** A yes covers this command as it stands, so it runs without the sandbox. */
async function askThenRun(
  task: TaskContext,
  call: ShellCall,
  reason: string | undefined,
): Promise<string> {
  const answer = await ask(task, call, reason);
  if (!isApproved(answer)) return rejection("exec command", answer);
  if (answer.decision === "approved_for_session") remember(task, call);
  return runFreely(task, call);
}

async function runFreely(task: TaskContext, call: ShellCall): Promise<string> {
  const { output } = await runCommand(task, call, { sandboxed: false });
  return output;
}

/** What the sandbox stops may be tried without it, where the policy lets the person say so. */
async function runSandboxed(task: TaskContext, call: ShellCall): Promise<string> {
  const { sandbox, settings } = task.session;
  const { result, output } = await runCommand(task, call, { sandboxed: true });
  const asksOnFailure =
    settings.approvalPolicy === "on-failure" || settings.approvalPolicy === "untrusted";
  if (task.signal.aborted || !asksOnFailure) return output;
  if (!sandbox.wasDenied(result, settings.sandboxPolicy)) return output;

  const why = result.stderr.trim() || `exit code ${result.exitCode}`;
  task.emit({ type: "background_event", message: `Execution failed: ${why}` });
  const answer = await ask(task, call, "command failed; retry without sandbox?");
  if (!isApproved(answer)) return rejection("exec command", answer);
  // Here every yes is remembered: the same command would fail and ask again each time.
  remember(task, call);
  task.emit({ type: "background_event", message: "retrying command without sandbox" });
  return runFreely(task, call);
}

function ask(
  task: TaskContext,
  { callId, command, cwd }: ShellCall,
  reason: string | undefined,
): Promise<ApprovalAnswer> {
  return askExec(task, { callId, command, cwd, reason });
}

function remember(task: TaskContext, call: ShellCall): void {
  task.session.approvals.rememberCommand(call.command);
}

function joinReasons(...reasons: readonly (string | undefined)[]): string | undefined {
  const given = reasons.filter((reason) => reason !== undefined);
  return given.length === 0 ? undefined : given.join("; ");
}
