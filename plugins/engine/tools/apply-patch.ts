import { errorMessage } from "../../../core/index.ts";
import { decidePatch } from "../approval/decide.ts";
import { formatForModel, shellResultJson } from "../exec/output.ts";
import { applyPatch, type ApplyResult } from "../patch/apply.ts";
import { verifyPatch, type VerifiedPatch } from "../patch/verify.ts";
import { isWritable, writableRoots } from "../sandbox/policy.ts";
import type { TaskContext } from "../turn/task.ts";
import { askPatch, isApproved, rejection } from "./ask.ts";
import { functionTool } from "./tool.ts";

/** A patch as the model sent it; its relative paths start at `folder`. */
export interface PatchCall {
  readonly callId: string;
  readonly text: string;
  readonly folder: string;
  /** The model asked for more than the sandbox allows; why, if it said so. */
  readonly escalation?: { readonly justification: string | undefined };
}

/** `apply_patch` as a function with one argument. */
export const patchFunction = functionTool("applyPatch", (task, id, { input }) =>
  patchTool(task, id, input),
);

/** `apply_patch` whose whole input is the patch. */
export function patchTool(task: TaskContext, id: string, text: string): Promise<string> {
  return runPatch(task, { callId: id, text, folder: task.session.cwd });
}

/** Checks a patch against the disk, asks where the policy wants it, and applies it. */
export async function runPatch(task: TaskContext, call: PatchCall): Promise<string> {
  let patch: VerifiedPatch;
  try {
    patch = await verifyPatch(call.text, call.folder);
  } catch (error) {
    return `error: ${errorMessage(error)}`;
  }
  // Nothing is written once the task was interrupted.
  if (task.signal.aborted) return "aborted";

  const { approvals, cwd, env, settings } = task.session;
  const { approvalPolicy: policy, sandboxPolicy } = settings;
  const roots = writableRoots(sandboxPolicy, cwd, env);
  const mayWrite = (path: string) => isWritable(path, roots);
  const insideRoots = patch.paths.every(mayWrite);
  const decision = decidePatch({
    policy,
    mode: sandboxPolicy.mode,
    insideRoots,
    empty: patch.empty,
    escalated: call.escalation !== undefined,
    approvedForSession: approvals.coversPatch(patch.paths),
  });
  switch (decision.action) {
    case "refuse":
      return decision.message;
    case "ask":
      return askThenApply(task, call, { patch, reason: call.escalation?.justification });
    case "apply": {
      // Inside the roots each path is looked at again when it is written.
      const allowed = insideRoots ? mayWrite : everywhere;
      return report(await apply(task, call, { patch, autoApproved: true, mayWrite: allowed }));
    }
    case "apply-sandboxed":
      return applySandboxed(task, call, { patch, mayWrite });
  }
}

interface Asked {
  readonly patch: VerifiedPatch;
  readonly reason: string | undefined;
  /** It was tried inside the sandbox before. */
  readonly again?: boolean;
}

async function askThenApply(
  task: TaskContext,
  call: PatchCall,
  { patch, reason, again = false }: Asked,
): Promise<string> {
  const question = { callId: call.callId, changes: patch.changes, reason };
  const answer = await askPatch(task, question);
  if (!isApproved(answer)) return rejection("patch", answer);
  if (answer.decision === "approved_for_session") {
    task.session.approvals.rememberPatch(patch.paths);
  }
  if (again) task.emit({ type: "background_event", message: "retrying command without sandbox" });
  return report(await apply(task, call, { patch, autoApproved: false, mayWrite: everywhere }));
}

async function applySandboxed(
  task: TaskContext,
  call: PatchCall,
  { patch, mayWrite }: { patch: VerifiedPatch; mayWrite: (path: string) => boolean },
): Promise<string> {
  const done = await apply(task, call, { patch, autoApproved: true, mayWrite });
  // Whatever else went wrong would go wrong again without the sandbox.
  if (done.result.refused.length === 0) return report(done);
  task.emit({
    type: "background_event",
    message: `Execution failed: ${done.result.stderr.trim()}`,
  });
  const reason = "command failed; retry without sandbox?";
  return askThenApply(task, call, { patch, reason, again: true });
}

interface Applied {
  readonly result: ApplyResult;
  readonly durationMs: number;
}

async function apply(
  task: TaskContext,
  { callId }: PatchCall,
  how: { patch: VerifiedPatch; autoApproved: boolean; mayWrite: (path: string) => boolean },
): Promise<Applied> {
  const { patch, autoApproved, mayWrite } = how;
  task.emit({
    type: "patch_apply_begin",
    call_id: callId,
    auto_approved: autoApproved,
    changes: patch.changes,
  });
  await task.diff.remember(patch.paths);
  const started = performance.now();
  const result = await applyPatch(patch, { mayWrite });
  const durationMs = performance.now() - started;
  const { stdout, stderr, success } = result;
  task.emit({ type: "patch_apply_end", call_id: callId, stdout, stderr, success });
  // Also after a failure: sections before the one that failed were written.
  const diff = await task.diff.unified();
  if (diff !== undefined) task.emit({ type: "turn_diff", unified_diff: diff });
  return { result, durationMs };
}

function report({ result, durationMs }: Applied): string {
  const output = formatForModel(result.stdout + result.stderr);
  return shellResultJson(output, result.success ? 0 : 1, durationMs);
}

function everywhere(): boolean {
  return true;
}
