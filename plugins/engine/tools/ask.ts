import type { ApprovalAnswer, FileChanges } from "../../../core/index.ts";
import { parseCommand } from "../exec/parsed-command.ts";
import type { TaskContext } from "../turn/task.ts";

/** Asks whether a command may run, the event first. */
export async function askExec(
  task: TaskContext,
  question: {
    readonly callId: string;
    readonly command: readonly string[];
    readonly cwd: string;
    readonly reason: string | undefined;
  },
): Promise<ApprovalAnswer> {
  const { callId, command, cwd } = question;
  const reason = question.reason === undefined ? {} : { reason: question.reason };
  const parsedCommand = await parseCommand(command);
  task.emit({
    type: "exec_approval_request",
    call_id: callId,
    command: [...command],
    cwd,
    ...reason,
    parsed_cmd: parsedCommand,
  });
  return settle(
    task,
    await task.approve({ kind: "exec", callId, command, cwd, parsedCommand, ...reason }),
  );
}

/** Asks whether a patch may be applied, the event first. */
export async function askPatch(
  task: TaskContext,
  question: {
    readonly callId: string;
    readonly changes: FileChanges;
    readonly reason: string | undefined;
  },
): Promise<ApprovalAnswer> {
  const { callId, changes } = question;
  const reason = question.reason === undefined ? {} : { reason: question.reason };
  task.emit({ type: "apply_patch_approval_request", call_id: callId, changes, ...reason });
  return settle(task, await task.approve({ kind: "patch", callId, changes, ...reason }));
}

export function isApproved({ decision }: ApprovalAnswer): boolean {
  return decision === "approved" || decision === "approved_for_session";
}

/** What the model is told of a no, with the person's own words if there are any. */
export function rejection(subject: "exec command" | "patch", answer: ApprovalAnswer): string {
  const note = answer.note ?? answer.unasked;
  const text = `${subject} rejected by user`;
  return note === undefined || note === "" ? text : `${text}: ${note}`;
}

// Whoever asked gets the answer back and stops; the task is over as if interrupted.
function settle(task: TaskContext, answer: ApprovalAnswer): ApprovalAnswer {
  if (answer.decision === "abort") task.interrupt();
  return answer;
}
